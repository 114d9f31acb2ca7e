import { isUtf8 } from 'node:buffer'

/**
 * Text for people from a string of one byte per character: UTF-8 where the bytes are valid UTF-8, Latin-1 otherwise.
 * Text that is more than bytes stays as it is.
 */
export function toDisplayText(latin1: string): string {
  if (!/[\u0080-\u00FF]/.test(latin1) || /[\u0100-\uFFFF]/.test(latin1)) return latin1
  const bytes = Buffer.from(latin1, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1
}
