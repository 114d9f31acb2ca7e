import { relative, sep } from 'node:path'
import type { Paint } from '../commands/paint.js'
import { printable } from '../commands/paint.js'
import { wrap } from '../commands/wrap.js'
import { ADVICE } from './advice.js'
import type { Finding, Place, Severity } from './finding.js'

const LABELS: Readonly<Record<Severity, string>> = {
  breaks: 'BREAKS',
  check: 'CHECK ',
  note: 'NOTE  ',
}
const STYLES = { breaks: 'red', check: 'yellow', note: 'cyan' } as const
/** How many places are told of one kind; a large test suite may meet it everywhere. */
const PLACES_SHOWN = 20
const INDENT = ' '.repeat(LABELS.breaks.length + 2)

/**
 * The findings for people, those of one kind together:
 *
 *     BREAKS  Server-sent events
 *             src/live.ts:14:7  GET /events answers with text/event-stream
 *
 *             The load balancer takes a function's response whole, …
 *             Do: Let clients ask again at intervals, …
 */
export function toFindingsText(findings: readonly Finding[], paint: Paint, width: number): string {
  return groups(findings)
    .map((group) => toGroupText(group, paint, width))
    .join('\n')
}

/** Such as `2 break, 1 to check, 1 note`. */
export function toCounts(findings: readonly Finding[]): string {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length
  const [breaks, check, note] = [count('breaks'), count('check'), count('note')]
  return [
    ...(breaks > 0 ? [`${breaks} ${breaks === 1 ? 'breaks' : 'break'}`] : []),
    ...(check > 0 ? [`${check} to check`] : []),
    ...(note > 0 ? [`${note} ${note === 1 ? 'note' : 'notes'}`] : []),
  ].join(', ')
}

function groups(findings: readonly Finding[]): Finding[][] {
  const byKind = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.kind}`
    byKind.set(key, [...(byKind.get(key) ?? []), finding])
  }
  return [...byKind.values()]
}

function toGroupText(group: readonly Finding[], paint: Paint, width: number): string {
  const [first] = group
  if (first === undefined) return ''
  const { severity, kind, why, remedy } = first
  const shown = group.slice(0, PLACES_SHOWN)
  const hidden = group.length - shown.length
  const places = shown.map(({ place }) => (place === undefined ? '' : showPlace(place)))
  const column = Math.min(Math.max(...places.map(({ length }) => length)), 40)
  const room = Math.max(width - INDENT.length, 40)
  return [
    `${paint(STYLES[severity], LABELS[severity])}  ${paint('bold', ADVICE[kind].title)}`,
    ...shown.map(({ what }, index) => {
      const place = places[index] ?? ''
      const padding = ' '.repeat(Math.max(column - place.length, 0))
      const begin = place === '' ? '' : `${paint('underline', place)}${padding}  `
      return `${INDENT}${begin}${printable(what)}`
    }),
    ...(hidden > 0 ? [`${INDENT}and ${hidden} more`] : []),
    ...wrap(why, room).map((line) => INDENT + paint('dim', line)),
    ...wrap(`Do: ${remedy}`, room).map((line) => INDENT + line),
    '',
  ].join('\n')
}

/** As editors and terminals open it, relative to where the user stands. */
export function showPlace({ file, line, column }: Place): string {
  const path = relative(process.cwd(), file)
  const shown = path.startsWith(`..${sep}..${sep}..`) ? file : path
  return printable(`${shown}:${line}:${column}`)
}
