import { toFindingJson } from '../doctor/finding-json.js'
import { toCounts, toFindingsText } from '../doctor/findings-text.js'
import type { Diagnosis } from '../doctor/diagnose.js'
import type { DoctorResult } from './doctor.js'
import { type Paint, printable } from './paint.js'

/** What `local-alb doctor` prints. */
export function toDoctorText(result: DoctorResult, paint: Paint, width: number): string {
  const { file, findings, failures } = result
  return [
    paint('bold', `local-alb doctor ${file}`),
    ...describeRun(result).map((line) => paint('dim', line)),
    '',
    ...(findings.length > 0 ? [toFindingsText(findings, paint, width)] : []),
    ...failures.map((failure) => `${paint('red', 'NOT RUN')} ${indent(printableLines(failure))}\n`),
    conclude(result),
    '',
  ].join('\n')
}

function describeRun({ app, asked, leftOut, filesRead }: DoctorResult): string[] {
  const sources = `${filesRead} ${filesRead === 1 ? 'source' : 'sources'} read`
  const open = asked.filter(({ status }) => status === undefined).length
  const failing = asked.filter(({ status }) => status !== undefined && status >= 500)
  return [
    app === undefined
      ? sources
      : `${sources}, ${asked.length} ${asked.length === 1 ? 'request' : 'requests'} sent to ${app}`,
    ...(open > 0 ? [`${open} of them without an end`] : []),
    ...(failing.length > 0
      ? [
          `answered with an error: ${failing.map(({ request, status }) => `${request} (${status})`).join(', ')}`,
        ]
      : []),
    ...toReasons(leftOut),
  ]
}

const SHOWN = 3

function toReasons(leftOut: Diagnosis['leftOut']): string[] {
  const byReason = new Map<string, string[]>()
  for (const { request, why } of leftOut) {
    byReason.set(why, [...(byReason.get(why) ?? []), request])
  }
  return [...byReason].map(([why, requests]) => {
    const shown = requests.slice(0, SHOWN).map(printable).join(', ')
    const more = requests.length > SHOWN ? ` and ${requests.length - SHOWN} more` : ''
    return `not sent, since ${why}: ${shown}${more}`
  })
}

function conclude({ findings, failures, leftOut }: DoctorResult): string {
  const found = findings.length === 0 ? 'Nothing found' : toCounts(findings)
  const hint =
    leftOut.length > 0
      ? '. What was not sent can be given with --requests (HAR, access log or list); only GET, HEAD and OPTIONS are sent. `local-alb exec -- npm test` looks at the rest'
      : ''
  return `${found}${failures.length > 0 ? ', as far as it could be run' : ''}${hint}.`
}

/** Lines stay lines. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n        ')
}

/** What `--json` prints. */
export function toDoctorJson({ file, findings, ...rest }: DoctorResult): object {
  return { file, ...rest, findings: findings.map(toFindingJson) }
}
