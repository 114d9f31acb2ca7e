import { diffArrays } from 'diff'
import type { Findings, FoldReason } from './finding.js'
import type { Masks } from './masks.js'
import { withoutMoments } from './moment.js'
import { type LinePattern, volatileLines } from './volatile-lines.js'

/** Two texts that are not the same. */
export interface TextPair {
  readonly left: string
  readonly right: string
  /** Left's text once more. */
  readonly probe: string | undefined
  readonly leftAt: Date
  readonly rightAt: Date
}

interface Line {
  readonly text: string
  readonly masked: string
  readonly plain: string
  /** What a line in its place looks like when left makes it anew. */
  readonly pattern?: LinePattern | undefined
}

/** Compares texts line by line; lines that differ in masked or volatile places only do not count. */
export function compareText(pair: TextPair, masks: Masks, findings: Findings): void {
  const patterns = pair.probe === undefined ? [] : volatileLines(pair.left, pair.probe)
  const toLine = (text: string, at: Date, pattern?: LinePattern): Line => {
    const masked = masks.text(text)
    return { text, masked, plain: withoutMoments(masked, at), pattern }
  }
  const lefts = pair.left
    .split('\n')
    .map((text, index) => toLine(text, pair.leftAt, patterns[index]))
  const rights = pair.right.split('\n').map((text) => toLine(text, pair.rightAt))
  const changes = diffArrays(lefts, rights, { comparator: matches, ...LIMITS })
  if (changes === undefined) {
    findings.differ({
      aspect: 'body',
      name: 'text',
      left: `${lefts.length} lines`,
      right: `${rights.length} lines`,
      note: 'hardly a line is the same',
    })
    return
  }
  let [atLeft, atRight, lines] = [0, 0, 0]
  let first: FirstDifference | undefined
  for (const [index, { added, removed, count, value }] of changes.entries()) {
    if (added || removed) {
      lines += count
      first ??= toFirst(atLeft + 1, value, removed, changes[index + 1])
    } else {
      for (let offset = 0; offset < count; offset += 1) {
        foldLine(lefts[atLeft + offset], rights[atRight + offset], findings)
      }
    }
    if (!added) atLeft += count
    if (!removed) atRight += count
  }
  if (first === undefined) return
  const { line, ...sides } = first
  const more = lines > 2 ? `; ${lines} lines removed or added in all` : ''
  findings.differ({ aspect: 'body', name: 'text', ...sides, note: `line ${line}${more}` })
}

interface FirstDifference {
  readonly line: number
  readonly left: string | undefined
  readonly right: string | undefined
}

/** Lines that were removed come before those that were added in their place. */
function toFirst(
  line: number,
  [one]: readonly Line[],
  removed: boolean,
  next: { readonly added: boolean; readonly value: readonly Line[] } | undefined,
): FirstDifference {
  if (!removed) return { line, left: undefined, right: one?.text }
  return { line, left: one?.text, right: next?.added === true ? next.value[0]?.text : undefined }
}

/** More edits than this are no longer readable, and take long to find. */
const LIMITS = { maxEditLength: 4000, timeout: 1500 }

function matches(left: Line, right: Line): boolean {
  return toReason(left, right) !== undefined
}

function toReason(left: Line, right: Line): FoldReason | 'same' | undefined {
  if (left.text === right.text) return 'same'
  if (left.masked === right.masked) return 'masked'
  if (left.plain === right.plain) return 'moment'
  return left.pattern?.(right.text) === true ? 'volatile' : undefined
}

function foldLine(left: Line | undefined, right: Line | undefined, findings: Findings): void {
  if (left === undefined || right === undefined) return
  const reason = toReason(left, right)
  if (reason === undefined || reason === 'same') return
  findings.fold(reason, { aspect: 'body', name: 'text', left: left.text, right: right.text })
}
