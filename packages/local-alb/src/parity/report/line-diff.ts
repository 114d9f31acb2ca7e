import { diffArrays, diffWordsWithSpace } from 'diff'
import { type Fold, toKeptPair } from '../compare/finding.js'
import { FOLD_START } from './json-view.js'
import { markup, type Html } from './markup.js'

/** Lines that stand unchanged around a change. */
const CONTEXT = 3
const MAX_ROWS = 1500
const MAX_LINE = 2000

interface Row {
  readonly kind: 'same' | 'folded' | 'changed'
  readonly left?: Cell | undefined
  readonly right?: Cell | undefined
}

interface Cell {
  readonly line: number
  readonly text: string
}

/** Two texts side by side; what did not change is left out but for a few lines. */
export function toLineDiff(left: string, right: string, folds: readonly Fold[]): Html {
  const rows = toRows(left.split('\n'), right.split('\n'), folds)
  if (rows === undefined) {
    return markup`<p class="muted">
      Hardly a line is the same; the texts are too long to set side by side.
    </p>`
  }
  const parts: Html[] = []
  let skipped = 0
  const pushSkipped = (end: number): void => {
    const only = skipped === 1 ? rows[end - 1] : undefined
    if (only !== undefined) parts.push(toRowHtml(only))
    else if (skipped > 0) parts.push(toGap(skipped))
    skipped = 0
  }
  for (const [index, row] of rows.entries()) {
    const near = rows
      .slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1)
      .some(({ kind }) => kind === 'changed')
    if (!near) {
      skipped += 1
      continue
    }
    pushSkipped(index)
    if (parts.length >= MAX_ROWS) {
      parts.push(
        markup`<tr class="gap">
          <td colspan="4">and more; the report shows ${MAX_ROWS} lines</td>
        </tr>`,
      )
      break
    }
    parts.push(toRowHtml(row))
  }
  pushSkipped(rows.length)
  return markup`<div class="scroll">
    <table class="diff">
      <colgroup><col class="no"><col><col class="no"><col></colgroup>
      <thead class="unseen">
        <tr>
          <th>Line</th>
          <th>Left</th>
          <th>Line</th>
          <th>Right</th>
        </tr>
      </thead>
      <tbody>
        ${parts}
      </tbody>
    </table>
  </div>`
}

function toRows(
  lefts: readonly string[],
  rights: readonly string[],
  folds: readonly Fold[],
): Row[] | undefined {
  const folded = new Set(folds.map(({ left, right }) => `${left ?? ''}\n${right ?? ''}`))
  const changes = diffArrays([...lefts], [...rights], {
    comparator: (one, other) => one === other || (folded.size > 0 && folded.has(toKey(one, other))),
    maxEditLength: 4000,
    timeout: 500,
  })
  if (changes === undefined) return undefined
  const rows: Row[] = []
  let [atLeft, atRight] = [0, 0]
  const next = (): Pick<Required<Row>, 'left' | 'right'> => ({
    left: { line: atLeft + 1, text: lefts[atLeft] ?? '' },
    right: { line: atRight + 1, text: rights[atRight] ?? '' },
  })
  let open = 0
  for (const { added, removed, count } of changes) {
    for (let index = 0; index < count; index += 1) {
      const { left, right } = next()
      if (removed) {
        rows.push({ kind: 'changed', left })
        open += 1
        atLeft += 1
      } else if (added) {
        // Beside what was removed just before, as far as that goes.
        const beside = rows[rows.length - open]
        if (open > 0 && beside !== undefined) {
          rows[rows.length - open] = { ...beside, right }
          open -= 1
        } else rows.push({ kind: 'changed', right })
        atRight += 1
      } else {
        open = 0
        rows.push({ kind: toKind(left?.text, right?.text), left, right })
        atLeft += 1
        atRight += 1
      }
    }
  }
  return rows
}

/** As a line that does not count is kept. */
function toKey(left: string, right: string): string {
  return toKeptPair(left, right).join('\n')
}

function toKind(left: string | undefined, right: string | undefined): Row['kind'] {
  return left === right && left !== undefined && !left.includes(`"${FOLD_START}`)
    ? 'same'
    : 'folded'
}

function toRowHtml({ kind, left, right }: Row): Html {
  const [one, other] =
    kind === 'changed' && left !== undefined && right !== undefined
      ? toWordDiff(clip(left.text), clip(right.text))
      : [left && clip(left.text), right && clip(right.text)]
  const cell = (held: Cell | undefined, content: Html | string | undefined, side: string): Html =>
    markup`<td class="no">${held?.line}</td>
      <td class="${held === undefined ? 'void' : side}">${content}</td>`
  return markup`<tr class="${kind}">
    ${cell(left, one, 'l')}${cell(right, other, 'r')}
  </tr> `
}

/** Two values with what differs in them marked. */
export function toWordDiff(left: string, right: string): readonly [left: Html, right: Html] {
  const changes =
    left.length + right.length > 2 * MAX_LINE
      ? undefined
      : diffWordsWithSpace(left, right, { timeout: 100 })
  if (changes === undefined) return [markup`<del>${left}</del>`, markup`<ins>${right}</ins>`]
  return [
    markup`${changes
      .filter(({ added }) => !added)
      .map(({ value, removed }) => (removed ? markup`<del>${value}</del>` : value))}`,
    markup`${changes
      .filter(({ removed }) => !removed)
      .map(({ value, added }) => (added ? markup`<ins>${value}</ins>` : value))}`,
  ]
}

function clip(text: string): string {
  return text.length <= MAX_LINE ? text : `${text.slice(0, MAX_LINE)} … (${text.length} characters)`
}

function toGap(count: number): Html {
  return markup`<tr class="gap">
    <td colspan="4">${count} ${count === 1 ? 'line' : 'lines'} without a difference</td>
  </tr> `
}
