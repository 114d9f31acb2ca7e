/** Text as it stands in requests and responses here: UTF-8, one character for each byte. */
export function toByteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
