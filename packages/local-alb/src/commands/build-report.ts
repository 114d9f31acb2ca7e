import type { BuiltFunction } from '../build/build-options.js'
import { contentsOf, type Part } from '../build/contents.js'
import { toSize } from '../build/limits.js'
import type { Verification } from '../build/verify.js'
import { ownFrames, toLogLines } from './function-log.js'
import { type Paint, printable } from './paint.js'

const MOST_PARTS = 12

export interface BuildReport {
  readonly text: string
  /** Not when it does not start. */
  readonly isGood: boolean
}

/** What a build has made, for people. */
export function buildReport(
  built: BuiltFunction,
  paint: Paint,
  show: (file: string) => string,
): BuildReport {
  const { verification, warnings } = built
  const notes = warnings.map((text) => `${paint('yellow', 'warning')} ${printable(text)}`)
  if (verification?.kind === 'failed') {
    return { text: [...notes, ...toFailure(verification, built, paint)].join('\n'), isGood: false }
  }
  const lines = [
    ...table(contentsOf(built.files), paint),
    '',
    ...notes,
    ...(notes.length > 0 ? [''] : []),
    ...facts(built, paint, show),
  ]
  return { text: lines.join('\n'), isGood: true }
}

function table(parts: readonly Part[], paint: Paint): string[] {
  const shown = parts.slice(0, MOST_PARTS)
  const rest = parts.slice(MOST_PARTS)
  const rows = shown.map(({ name, bytes, kind }) => [toSize(bytes), name, kind] as const)
  if (rest.length > 0) {
    const bytes = rest.reduce((sum, part) => sum + part.bytes, 0)
    rows.push([toSize(bytes), `${rest.length} more`, 'bundled'] as const)
  }
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(([size, name, kind]) => {
    const line = `${size.padStart(widths[0] ?? 0)}  ${name.padEnd(widths[1] ?? 0)}`
    return kind === 'bundled' ? line.trimEnd() : `${line}  ${paint('dim', kind)}`
  })
}

function facts(built: BuiltFunction, paint: Paint, show: (file: string) => string): string[] {
  const { folder, zip, zipBytes, unzippedBytes, zipSha256, verification, files } = built
  const names = files.kept.map(({ name, reason }) => `${name} (${reason})`)
  const rows: [string, string][] = [
    ['Folder', `${show(folder)}, ${toSize(unzippedBytes)} of 250 MB`],
    ['Zip', `${show(zip)}, ${toSize(zipBytes)} of 50 MB, CodeSha256 ${zipSha256}`],
    ...(names.length > 0
      ? [['Packages', `copied, not bundled: ${names.join(', ')}`] as [string, string]]
      : []),
    [
      'Function',
      `handler ${built.handler}, runtime ${built.runtime}, architecture ${archOf(built)}`,
    ],
    ['Environment', 'NODE_OPTIONS=--enable-source-maps names the lines of the sources in errors'],
    ['Started', started(verification)],
  ]
  return rows.map(([name, text]) => `${paint('bold', name.padEnd(12))} ${text}`)
}

/** As Lambda's API names it. */
function archOf({ arch }: BuiltFunction): string {
  return arch === 'x64' ? 'x86_64' : arch
}

function started(verification: Verification | undefined): string {
  if (verification === undefined) return 'no (--no-verify)'
  if (verification.kind !== 'answered') return 'no'
  const { status, initMs, durationMs, client } = verification
  const on = `Node.js ${process.versions.node}`
  return `by ${client} on ${on} in ${Math.round(initMs)} ms; the health check got ${status} in ${Math.round(durationMs)} ms`
}

/** What the start had and a function in AWS may have more of. */
function adviceFor(type: string): string[] {
  if (type === 'Runtime.OutOfMemory') {
    return [
      'It needs more memory than it had: give it what the function has in AWS with --memory <MB>.',
    ]
  }
  if (type !== 'Sandbox.Timedout') return []
  return ["It did not answer in time: give it the function's timeout with --timeout <seconds>."]
}

function toFailure(
  { type, message, trace, logs }: Extract<Verification, { kind: 'failed' }>,
  { runtime }: BuiltFunction,
  paint: Paint,
): string[] {
  const frames = ownFrames(trace).filter((line) => /^\s+at /.test(line))
  const major = Number.parseInt(process.versions.node, 10)
  const wanted = Number.parseInt(runtime.slice('nodejs'.length), 10)
  return [
    paint('red', `The function was built and does not work (${type}):`),
    ...[...message.split('\n'), ...frames].map((line) => `  ${printable(line)}`),
    ...toLogLines(logs, paint).map((line) => `  ${line}`),
    '',
    ...adviceFor(type),
    'Nothing was written. --no-verify writes it all the same; --env-file gives it its environment.',
    ...(major < wanted && /Syntax|not a function|not defined/.test(`${type} ${message}`)
      ? [
          `It was started on Node.js ${major} and is built for ${wanted}: run the build there as well.`,
        ]
      : []),
  ]
}
