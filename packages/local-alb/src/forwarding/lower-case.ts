/**
 * A field name or a host in lower case. Only ASCII letters have a case here: a string holds the bytes of the wire one
 * for one, and `toLowerCase` would change some of those of UTF-8 characters.
 */
export function toLowerCase(text: string): string {
  return known.get(text) ?? remember(text)
}

// The same few names come with every request; a client that makes names up must not fill the memory.
const known = new Map<string, string>()
const MOST_KNOWN = 1_000
const LONGEST_KNOWN = 64

function remember(text: string): string {
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  if (known.size < MOST_KNOWN && text.length <= LONGEST_KNOWN) known.set(text, lower)
  return lower
}
