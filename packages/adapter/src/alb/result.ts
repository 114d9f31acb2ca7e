import { bodyBytes, phraseOf, type ResponseParts } from '../parts.js'
import { oneLine, toFields, type FieldPolicy } from './fields.js'
import { fitsLimit } from './size.js'

const { isAscii, isUtf8 } = process.getBuiltinModule('node:buffer')

/**
 * What an ALB takes as the answer of a function (ALB user guide, "Lambda functions as targets",
 * "Respond to the load balancer"). Only the header field of the event's own mode is there.
 */
export interface AlbResult {
  statusCode: number
  /** Status and reason phrase, one space between: `200 OK`. */
  statusDescription: string
  /** Single-value mode. An ALB answers 502 to a value that is not a string. */
  headers?: Record<string, string>
  /** Multi-value mode. */
  multiValueHeaders?: Record<string, string[]>
  body: string
  isBase64Encoded: boolean
}

/**
 * The result for a response in the form of the event it answers; `undefined` when it would be larger
 * than an ALB accepts.
 *
 * @param isMulti whether the event is in multi-value mode
 * @param isHead whether it answers HEAD, which has no body
 * @throws RangeError for a line end in the reason phrase or in a header value
 */
export function toResult(
  parts: ResponseParts,
  isMulti: boolean,
  isHead: boolean,
  policy: FieldPolicy,
  onSeveralCookies: () => void,
): AlbResult | undefined {
  const { statusCode, rawHeaders } = parts
  const keepsLength = isHead || statusCode === 304
  const pieces = keepsLength || statusCode === 204 ? [] : parts.body
  const { map, encoded, bytes } = toFields(
    rawHeaders,
    isMulti,
    // A 204 must not have a length at all (RFC 9110, section 8.6), and no number equals NaN.
    () => (statusCode === 204 ? NaN : keepsLength ? undefined : bodyBytes(pieces).length),
    policy,
    onSeveralCookies,
  )
  const statusDescription = oneLine(`${statusCode} ${parts.statusMessage || phraseOf(statusCode)}`)
  // JSON writes some characters with six bytes: a text too long may be shorter in base64.
  for (let text = encoded ? undefined : toText(pieces); ; text = undefined) {
    const body = text ?? bodyBytes(pieces).toString('base64')
    const result = {
      statusCode,
      statusDescription,
      // toFields gives arrays in multi-value mode only, strings in single-value mode only.
      [isMulti ? 'multiValueHeaders' : 'headers']: map as never,
      body,
      isBase64Encoded: text === undefined && body !== '',
    }
    if (fitsLimit(result, bytes + statusDescription.length, pieces)) return result
    if (text === undefined) return undefined
  }
}

/**
 * The body as text when its bytes are UTF-8, which a JSON string carries unchanged; `undefined` for
 * all others. No list of types: whatever it forgot would be corrupted.
 */
function toText(pieces: ResponseParts['body']): string | undefined {
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('')
  const bytes = bodyBytes(pieces)
  // Most text: a copy takes a fifth to half of the time that decoding takes.
  if (isAscii(bytes)) return bytes.toString('latin1')
  return isUtf8(bytes) ? String(bytes) : undefined
}
