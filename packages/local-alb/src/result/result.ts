import type { HeaderField, HttpResponse } from '../message.js'
import { RefusedError } from '../message.js'
import type { Settings } from '../options.js'
import type { ForwardedRequest } from '../targets/target.js'
import { readBody } from './body.js'
import { type HeaderMembers, readHeaderFields } from './header-fields.js'
import { toWireText } from './header-text.js'
import { describe, invalidResult } from './invalid-result.js'
import { readReason, readStatus } from './status.js'
import { toWireFields } from './wire-fields.js'

/** What the load balancer reads of a result. All other members are ignored. */
interface Result extends HeaderMembers {
  readonly statusCode?: unknown
  readonly statusDescription?: unknown
  readonly body?: unknown
  readonly isBase64Encoded?: unknown
}

/**
 * The response that a function's result stands for (ALB user guide, "Lambda functions as targets", "Respond to the load
 * balancer"). `statusCode` is all that a result needs; everything that is there must be of its type.
 *
 * @param payload what the function returned, as JSON text
 * @throws {RefusedError} 502 `LambdaResponseTooLarge` or `LambdaInvalidResponse`, saying what is wrong
 */
export function toResponse(
  payload: string,
  request: ForwardedRequest,
  group: { readonly multiValueHeaders: boolean },
  settings: Settings,
): HttpResponse {
  refuseTooLarge(payload, settings.resultLimit)
  const result = parse(payload)
  const status = readStatus(result.statusCode, settings)
  const phrase = readReason(result.statusDescription, status, settings)
  const reason = toWireText(phrase, 'statusDescription', settings)
  const fields = readHeaderFields(result, group.multiValueHeaders, settings)
  const bytes = readBody(result.body, result.isBase64Encoded, settings)

  const hasContent = status !== 204 && status !== 304
  const { headers, hasContentLength } = toWireFields(fields, hasContent, request, settings)
  refuseLongHeaders(reason, headers)
  const body = hasContent && !hasContentLength ? bytes : undefined
  return { status, reason, headers, body }
}

function parse(payload: string): Result {
  let result: unknown
  try {
    result = JSON.parse(payload)
  } catch {
    throw invalidResult(
      `The result is ${payload === '' ? 'empty' : 'not JSON'}; the ALB takes a JSON object such as {"statusCode":200}`,
    )
  }
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result
  throw invalidResult(
    `The function returned ${describe(result)}; the ALB takes an object such as {"statusCode":200} only${
      result === null ? ', so look for a missing return or await' : ''
    }`,
  )
}

/** AWS counts "the response JSON": with its escapes, and a third more for a body in base64. */
function refuseTooLarge(payload: string, limit: number): void {
  // A character takes three bytes at most: most results need no counting.
  if (payload.length * 3 <= limit) return
  const bytes = Buffer.byteLength(payload)
  if (bytes <= limit) return
  throw new RefusedError({
    status: 502,
    errorReason: 'LambdaResponseTooLarge',
    explanation: `The result is ${bytes.toLocaleString('en')} bytes of JSON and the ALB takes ${limit.toLocaleString('en')} at most, where base64 makes a body a third larger; compress it, answer in pages, or redirect to a file in S3`,
  })
}

/** ALB user guide, "Quotas": 32 K for all response headers; beyond it, 502 ("Troubleshoot", "HTTP 502"). */
function refuseLongHeaders(reason: string, headers: readonly HeaderField[]): void {
  let bytes = STATUS_LINE + reason.length
  for (const [name, value] of headers) bytes += name.length + value.length + PUNCTUATION
  if (bytes <= MAX_HEADER_BYTES) return
  throw invalidResult(
    `The response headers are ${bytes.toLocaleString('en')} bytes together and the ALB takes 32,768 at most; send fewer or shorter headers and cookies`,
  )
}

const MAX_HEADER_BYTES = 32_768
// `HTTP/1.1 200 ` and its line end; colon, space and line end of a field.
const STATUS_LINE = 15
const PUNCTUATION = 4
