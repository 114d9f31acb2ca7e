/** Breaks a line at blanks into parts of at most `width` characters. A longer word stays whole: it may be an address. */
export function wrap(line: string, width: number): string[] {
  const parts: string[] = []
  let part = ''
  for (const word of line.split(' ')) {
    const longer = part === '' ? word : `${part} ${word}`
    if (part !== '' && longer.length > width) {
      parts.push(part)
      part = word
    } else part = longer
  }
  return [...parts, part]
}
