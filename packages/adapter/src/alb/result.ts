import { isUtf8 } from 'node:buffer'
import { STATUS_CODES } from 'node:http'
import { bodyBytes, type ResponseParts } from '../parts.js'
import type { AlbMode } from './event.js'
import { toFields, type FieldPolicy, type ResultFields } from './fields.js'
import { fitsLimit } from './size.js'

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
 * @param isHead whether it answers HEAD, which has no body
 */
export function toResult(
  parts: ResponseParts,
  mode: AlbMode,
  isHead: boolean,
  policy: FieldPolicy,
): AlbResult | undefined {
  const { statusCode } = parts
  const bodyless = isHead || statusCode === 204 || statusCode === 304
  const pieces = bodyless ? [] : parts.body
  const contentLength = isHead || statusCode === 304 ? undefined : byteLength(pieces)
  const rawHeaders = statusCode === 204 ? withoutContentLength(parts.rawHeaders) : parts.rawHeaders
  const fields = toFields(rawHeaders, mode, contentLength, policy)
  const result = assemble(parts, mode, fields, pieces)
  if (fitsLimit(result, fields.characters)) return result
  if (result.isBase64Encoded) return undefined
  // JSON escapes some characters with six: such a text can be shorter in base64.
  result.body = bodyBytes(pieces).toString('base64')
  result.isBase64Encoded = true
  return fitsLimit(result, fields.characters) ? result : undefined
}

function assemble(
  { statusCode, statusMessage }: ResponseParts,
  mode: AlbMode,
  { map, encoded }: ResultFields,
  pieces: ResponseParts['body'],
): AlbResult {
  const text = encoded ? undefined : toText(pieces)
  const body = text ?? bodyBytes(pieces).toString('base64')
  const isBase64Encoded = text === undefined && body !== ''
  const statusDescription = `${statusCode} ${statusMessage || (STATUS_CODES[statusCode] ?? 'Unknown')}`
  // toFields holds arrays in multi-value mode only, strings in single-value mode only.
  return mode === 'multi'
    ? {
        statusCode,
        statusDescription,
        multiValueHeaders: map as Record<string, string[]>,
        body,
        isBase64Encoded,
      }
    : {
        statusCode,
        statusDescription,
        headers: map as Record<string, string>,
        body,
        isBase64Encoded,
      }
}

/**
 * The body as text when its bytes are UTF-8, which a JSON string carries unchanged; `undefined` for
 * all others. No list of types: whatever it forgot would be corrupted.
 */
function toText(pieces: ResponseParts['body']): string | undefined {
  const [first] = pieces
  if (first === undefined) return ''
  if (pieces.length === 1) return typeof first === 'string' ? first : decode(first)
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('')
  return decode(bodyBytes(pieces))
}

function decode(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}

function byteLength(pieces: ResponseParts['body']): number {
  let length = 0
  for (const piece of pieces) length += Buffer.byteLength(piece)
  return length
}

function withoutContentLength(rawHeaders: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.toLowerCase() !== 'content-length') kept.push(name, rawHeaders[i + 1] as string)
  }
  return kept
}
