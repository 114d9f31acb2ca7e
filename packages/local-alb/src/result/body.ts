import type { Settings } from '../options.js'
import { describe, invalidResult } from './invalid-result.js'

/**
 * The bytes of a result's body: text as UTF-8, or decoded when `isBase64Encoded` is `true` (ALB user guide, "Lambda
 * functions as targets", "Respond to the load balancer").
 *
 * @throws {RefusedError} for a body that is not a string, `null` too, and for base64 that is not as RFC 4648, section 4,
 * has it (alphabet, padding, no line breaks) unless `invalidBase64` accepts it
 */
export function readBody(
  body: unknown,
  isBase64Encoded: unknown,
  { invalidBase64 }: Pick<Settings, 'invalidBase64'>,
): Buffer {
  if (isBase64Encoded !== undefined && typeof isBase64Encoded !== 'boolean') {
    throw invalidResult(
      `isBase64Encoded is ${describe(isBase64Encoded)}; the ALB takes true and false only`,
    )
  }
  if (body === undefined) return Buffer.alloc(0)
  if (typeof body !== 'string') {
    throw invalidResult(
      `body is ${describe(body)}; the ALB takes a string only, so ${
        body === null ? 'send "" or leave it out' : 'pass it through JSON.stringify'
      }`,
    )
  }
  if (isBase64Encoded !== true) return Buffer.from(body)
  const bytes = Buffer.from(body, 'base64')
  if (invalidBase64 === 'accept' || isWhole(body, bytes)) return bytes
  throw invalidResult(
    `body is not valid base64, but isBase64Encoded is true; send Buffer.from(…).toString('base64'), or isBase64Encoded: false for text`,
  )
}

/** Node skips what is no base64 and stops at padding: then there are fewer bytes than the length says. */
function isWhole(body: string, bytes: Buffer): boolean {
  if (body.length % 4 !== 0 || URL_ALPHABET.test(body)) return false
  const padding = body.endsWith('==') ? 2 : body.endsWith('=') ? 1 : 0
  return bytes.length === (body.length / 4) * 3 - padding
}

// Node takes RFC 4648, section 5, as well.
const URL_ALPHABET = /[-_]/
