import { diffArrays, diffWordsWithSpace } from 'diff'
import { looksAlike } from './look-alike.js'

/** Whether a line can stand in the place of one that is made anew each time. */
export type LinePattern = (line: string) => boolean

/**
 * What the lines of a text look like that come out otherwise when it is made once more, by index: the words that stay, and
 * between them something of the kind that was there.
 */
export function volatileLines(text: string, again: string): (LinePattern | undefined)[] {
  if (text === again) return []
  const patterns: (LinePattern | undefined)[] = []
  const changes = diffArrays(text.split('\n'), again.split('\n'), LIMITS)
  let at = 0
  for (const [index, { removed, added, count, value }] of (changes ?? []).entries()) {
    if (added) continue
    const next = changes?.[index + 1]
    // Lines stand against each other only where as many came as went.
    if (removed && next?.added === true && next.count === count) {
      for (const [offset, line] of value.entries()) {
        patterns[at + offset] = toPattern(line, next.value[offset] ?? '')
      }
    }
    at += count
  }
  return patterns
}

const LIMITS = { maxEditLength: 2000, timeout: 1000 }

interface Gap {
  /** What left had there, the two times. */
  readonly one: string
  readonly other: string
}

/** Words that stay, and the gaps between them: one word more than gaps. */
function toPattern(line: string, again: string): LinePattern | undefined {
  const changes = diffWordsWithSpace(line, again, LIMITS)
  if (changes === undefined) return undefined
  const words: string[] = ['']
  const gaps: Gap[] = []
  for (const [index, { value, added, removed }] of changes.entries()) {
    if (!added && !removed) words[words.length - 1] = value
    else if (removed || changes[index - 1]?.removed !== true) {
      const next = removed ? changes[index + 1] : undefined
      const other = next?.added === true ? next.value : ''
      gaps.push(removed ? { one: value, other } : { one: '', other: value })
      words.push('')
    }
  }
  return (text) => fits(text, words, gaps)
}

/** Each word is taken where it first comes. That takes no time worth telling, as a regular expression can. */
function fits(text: string, words: readonly string[], gaps: readonly Gap[]): boolean {
  const [first = ''] = words
  if (!text.startsWith(first)) return false
  let at = first.length
  return gaps.every((gap, index) => {
    const word = words[index + 1] ?? ''
    const isLast = index === gaps.length - 1
    // Something stands there, unless nothing stood there in left.
    const from = at + (gap.one === '' || gap.other === '' ? 0 : 1)
    const end = isLast ? text.length - word.length : text.indexOf(word, from)
    if (end < from || !text.startsWith(word, end)) return false
    const filling = text.slice(at, end)
    at = end + word.length
    return isFilling(gap, filling)
  })
}

/** A token stays one word, and does not turn into nothing. */
function isFilling({ one, other }: Gap, filling: string): boolean {
  const isWord = (text: string): boolean => /^[^\s"'<>]+$/.test(text)
  if (isWord(one) && isWord(other) && !isWord(filling)) return false
  return one === '' || other === '' || looksAlike(one, filling)
}
