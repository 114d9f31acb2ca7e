/** How a JSON text is laid out, in words; `undefined` when it is none of the usual ways. */
export function jsonStyle(text: string): string | undefined {
  const value = JSON.parse(text) as unknown
  const end = text.endsWith('\n') ? ' with a line break at the end' : ''
  const body = end === '' ? text : text.slice(0, -1)
  const [, blanks] = /^[[{]\n([ \t]+)/.exec(body) ?? []
  if (JSON.stringify(value, null, blanks) !== body) return undefined
  if (blanks === undefined) return `compact${end}`
  return `${blanks.startsWith('\t') ? 'indented by tabs' : `indented by ${blanks.length}`}${end}`
}
