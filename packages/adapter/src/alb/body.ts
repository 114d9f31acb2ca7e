import { describe, ExpressAlbError } from '../errors.js'

const NO_BYTES = Buffer.alloc(0)

/**
 * The bytes of an event's body. An ALB sends `""` when there is none and base64 for everything but a
 * few text types; events written by hand leave the body out or set it to null.
 */
export function toBytes(body: unknown, isBase64Encoded: unknown): Buffer {
  if (isBase64Encoded !== undefined && typeof isBase64Encoded !== 'boolean') {
    throw new ExpressAlbError(
      'INVALID_EVENT',
      `event.isBase64Encoded is ${describe(isBase64Encoded)}; it must be true or false.`,
    )
  }
  if (body === '' || body === null || body === undefined) return NO_BYTES
  if (typeof body !== 'string') {
    throw new ExpressAlbError(
      'INVALID_EVENT',
      `event.body is ${describe(body)}; it must be a string. ` +
        'Write JSON as text: body: JSON.stringify(value).',
    )
  }
  return isBase64Encoded === true ? fromBase64(body) : Buffer.from(body, 'utf8')
}

function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  // Buffer.from() skips what is not base64; a length that does not fit the text shows that it did.
  if (
    bytes.length === decodedLength(text) ||
    bytes.length === decodedLength(text.replace(/\s/g, ''))
  ) {
    return bytes
  }
  throw new ExpressAlbError(
    'INVALID_EVENT',
    `event.body is ${describe(text)}, which is not base64 although event.isBase64Encoded is true.`,
  )
}

function decodedLength(text: string): number {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 61 /* = */) end--
  return Math.floor((end * 3) / 4)
}
