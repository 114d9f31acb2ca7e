import { isResponse } from '../parity/answer.js'
import { type Difference, FOLD_REASONS } from '../parity/compare/finding.js'
import type { Kept, Outcome } from '../parity/outcome.js'
import { toExcerpts } from '../parity/report/excerpt.js'
import type { ReportFacts } from '../parity/report/json-report.js'
import { summarize, toDuration } from '../parity/report/times.js'
import { type Paint, painter, printable } from './paint.js'

export interface TableOptions {
  readonly color: boolean
  /** Characters in a line; not there: 100. */
  readonly width: number | undefined
  /** List what was folded away, and do not stop after the first requests that differ. */
  readonly all: boolean
}

/** Requests that differ and their differences, as far as a terminal is read; the HTML report has the rest. */
const MAX_REQUESTS = 40
const MAX_DIFFERENCES = 8

/** The outcome for a terminal; ends with a line break. */
export function toTable(outcome: Outcome, facts: ReportFacts, options: TableOptions): string {
  const paint = painter(options.color)
  const width = Math.max(60, options.width ?? 100)
  const wanted = outcome.comparisons.filter(
    ({ verdict, folds }) => verdict !== 'same' || (options.all && folds.length > 0),
  )
  const shown = options.all ? wanted : wanted.slice(0, MAX_REQUESTS)
  const column = Math.min(
    Math.max(12, ...shown.map(({ request }) => toRequest(request).length)),
    width - FIXED_WIDTH,
  )
  const lines = [
    `Left   ${facts.left}`,
    `Right  ${facts.right}`,
    '',
    ...(shown.length === 0 ? [] : [toHead(column, paint)]),
    ...shown.flatMap((comparison) => toRows(comparison, column, width, options.all, paint)),
    ...(wanted.length > shown.length
      ? [
          paint(
            'dim',
            `and ${wanted.length - shown.length} more that differ (--all, --html or --json)`,
          ),
        ]
      : []),
    ...(shown.length === 0 ? [] : ['']),
    ...toFooter(outcome, facts, options, paint),
  ]
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

/** What stands beside the request: number, status, two times, and blanks between them. */
const FIXED_WIDTH = 5 + 2 + 11 + 2 + 9 + 2 + 9 + 2

function toHead(column: number, paint: Paint): string {
  const words = [
    '#'.padStart(5),
    'REQUEST'.padEnd(column),
    'STATUS'.padEnd(11),
    'LEFT'.padStart(9),
    'RIGHT'.padStart(9),
  ]
  return paint('dim', words.join('  '))
}

function toRows(
  { number, request, left, right, differences, unlisted, notes, folds }: Kept,
  column: number,
  width: number,
  all: boolean,
  paint: Paint,
): string[] {
  const text = toRequest(request)
  const first = [
    String(number).padStart(5),
    paint('bold', text.length > column ? `${text.slice(0, column - 1)}…` : text.padEnd(column)),
    toStatus(left, right).padEnd(11),
    toDuration(left.ms).padStart(9),
    toDuration(right.ms).padStart(9),
  ].join('  ')
  const shown = all ? differences : differences.slice(0, MAX_DIFFERENCES)
  const more = differences.length - shown.length + unlisted
  return [
    first,
    ...notes.map((note) => `${INDENT}${paint('yellow', printable(note))}`),
    ...shown.flatMap((difference) => toLines(difference, width, paint)),
    ...(more > 0 ? [`${INDENT}${paint('dim', `and ${more} more`)}`] : []),
    ...(all ? folds.map((fold) => toFoldLine(fold, width, paint)) : []),
  ]
}

const INDENT = ' '.repeat(7)

function toRequest({ method, target }: Kept['request']): string {
  return printable(`${method} ${target}`)
}

function toStatus(left: Kept['left'], right: Kept['right']): string {
  const [ours, theirs] = [left, right].map((answer) =>
    isResponse(answer) ? String(answer.status) : 'none',
  )
  return ours === theirs ? (ours ?? '') : `${ours} → ${theirs}`
}

function toLines(difference: Difference, width: number, paint: Paint): string[] {
  const { left, right, note } = difference
  const name = toName(difference)
  const room = width - INDENT.length - name.length - 5
  const [one, other] = toExcerpts(left, right, width - INDENT.length - 4).map(printable)
  const words =
    (one ?? '').length + (other ?? '').length <= room
      ? [
          `${INDENT}${paint('cyan', name)}  ${paint('red', one ?? '')} → ${paint('green', other ?? '')}`,
        ]
      : [
          `${INDENT}${paint('cyan', name)}`,
          `${INDENT}  ${paint('red', `- ${one}`)}`,
          `${INDENT}  ${paint('green', `+ ${other}`)}`,
        ]
  return note === undefined ? words : [...words, `${INDENT}  ${paint('yellow', printable(note))}`]
}

function toFoldLine(fold: Kept['folds'][number], width: number, paint: Paint): string {
  const [one, other] = toExcerpts(fold.left, fold.right, Math.floor((width - 30) / 2)).map(
    printable,
  )
  const values = fold.left === undefined && fold.right === undefined ? '' : `  ${one} → ${other}`
  return paint('dim', `${INDENT}(${fold.reason}) ${toName(fold)}${values}`)
}

function toName({ aspect, name }: Pick<Difference, 'aspect' | 'name'>): string {
  return printable(name === '' ? aspect : `${aspect} ${name}`)
}

function toFooter(
  outcome: Outcome,
  facts: ReportFacts,
  { all }: TableOptions,
  paint: Paint,
): string[] {
  const { total, same, different, unanswered } = outcome
  const counts = [
    paint(same > 0 ? 'green' : 'dim', `${same} the same`),
    paint(different > 0 ? 'red' : 'dim', `${different} ${different === 1 ? 'differs' : 'differ'}`),
    ...(unanswered > 0 ? [paint('yellow', `${unanswered} not answered by either side`)] : []),
  ]
  const kinds = outcome.kindsInOrder().filter(([, count]) => count > 1)
  const folded = outcome.foldedInOrder()
  const [left, right] = [summarize(outcome.leftMs), summarize(outcome.rightMs)]
  return [
    `${total} ${total === 1 ? 'request' : 'requests'}: ${counts.join(', ')}`,
    ...[...facts.leftOut].map(([reason, count]) => paint('yellow', `Left out: ${count} ${reason}`)),
    ...(kinds.length > 0 ? [`Most often: ${kinds.slice(0, 5).map(toCount).join(', ')}`] : []),
    ...(left !== undefined && right !== undefined
      ? [
          `Time: median ${toDuration(left.median)} left, ${toDuration(right.median)} right; 95 % within ${toDuration(left.p95)} left, ${toDuration(right.p95)} right`,
        ]
      : []),
    ...(folded.length === 0
      ? []
      : all
        ? [
            'Folded away:',
            ...folded.map(
              ([reason, count]) =>
                `${String(count).padStart(7)}  ${FOLD_REASONS[reason]} (${reason})`,
            ),
          ]
        : [paint('dim', `Folded away: ${folded.map(toCount).join(', ')} (--all lists them)`)]),
  ]
}

function toCount([name, count]: readonly [string, number]): string {
  return `${count} × ${printable(name)}`
}
