/**
 * Bits of each character in HTTP/2's header compression: RFC 7541, appendix B. Characters that are not here take 20 to
 * 30, which no text of theirs is compressed with.
 */
const BITS = new Map<string, number>()
const CHARACTERS = {
  5: '012aceiost',
  6: ' %-./3456789=A_bdfghlmnpru',
  7: ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz',
  8: '&*,;XZ',
  10: '!"()?',
  11: "'+|",
  12: '#>',
  13: '\0$@[]~',
  14: '^}',
  15: '<`{',
  19: '\\',
}
const OTHER_BITS = 24

for (const [bits, characters] of Object.entries(CHARACTERS)) {
  for (const character of characters) BITS.set(character, Number(bits))
}

/** AWS, "Troubleshoot your Application Load Balancers", "The load balancer sends a response code of 000". */
export const COMPRESSED_HEADER_LIMIT = 8192

/**
 * Whether a field is over 8 K compressed, when a client compresses as well as it can without a table of earlier fields.
 * Nobody can tell any more how it did come.
 */
export function isLongCompressed(name: string, value: string): boolean {
  if (name.length + value.length <= COMPRESSED_HEADER_LIMIT) return false
  return compressedLength(name) + compressedLength(value) > COMPRESSED_HEADER_LIMIT
}

/** In bytes; a text that Huffman coding makes longer is sent as it is. */
function compressedLength(text: string): number {
  let bits = 0
  for (const character of text) bits += BITS.get(character) ?? OTHER_BITS
  return Math.min(text.length, Math.ceil(bits / 8))
}
