/** What stands where one side has nothing. */
export const NOTHING = '(not there)'

/** Two values at no more than `width` characters each, so that the place where they part is seen. */
export function toExcerpts(
  left: string | undefined,
  right: string | undefined,
  width: number,
): readonly [left: string, right: string] {
  const [one, other] = [oneLine(left), oneLine(right)]
  if (one.length <= width && other.length <= width) return [one, other]
  const shared = left === undefined || right === undefined ? 0 : commonStart(one, other)
  const from = Math.max(0, shared - Math.floor(width / 3))
  return [cut(one, from, width), cut(other, from, width)]
}

function oneLine(text: string | undefined): string {
  if (text === undefined) return NOTHING
  return text === '' ? '(empty)' : text.replaceAll(/\s*\n\s*/g, ' ⏎ ')
}

function commonStart(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  return at
}

function cut(text: string, from: number, width: number): string {
  const start = from === 0 ? text : `…${text.slice(from + 1)}`
  return start.length > width ? `${start.slice(0, width - 1)}…` : start
}
