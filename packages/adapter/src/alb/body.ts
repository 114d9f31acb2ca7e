import { invalidField } from './values.js'

const NO_BYTES = Buffer.alloc(0)

/**
 * The bytes of an event's body. An ALB sends `""` when there is none and base64 for everything but a
 * few text types; events written by hand leave the body out or set it to null.
 */
export function toBytes(body: unknown, isBase64Encoded: unknown = false): Buffer {
  const text = body ?? ''
  if (typeof text !== 'string') throw invalidField('body', body, 'a string')
  if (isBase64Encoded === false) return text ? Buffer.from(text) : NO_BYTES
  if (isBase64Encoded !== true) {
    throw invalidField('isBase64Encoded', isBase64Encoded, 'true or false')
  }
  const bytes = Buffer.from(text, 'base64')
  // Buffer.from() skips what is not base64, as line breaks, which are all right; the length tells.
  const length = Math.ceil((bytes.length * 4) / 3)
  const fits = (base64: string): boolean => base64.replace(/={1,2}$/, '').length === length
  if (fits(text) || fits(text.replace(/\s/g, ''))) return bytes
  throw invalidField('body', text, 'base64')
}
