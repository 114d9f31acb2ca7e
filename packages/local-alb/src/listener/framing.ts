import type { Refusal } from '../message.js'
import type { KnownFields } from './known-fields.js'
import { badRequest, quote } from './limits.js'

/** How the end of a request's body is found. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'length'; readonly length: number }

const NONE: Framing = { kind: 'none' }
const CHUNKED: Framing = { kind: 'chunked' }

/**
 * `Transfer-Encoding` goes before `Content-Length` (RFC 9112, section 6.3). Of several lengths that differ the first
 * counts; only monitor mode lets such a request pass.
 */
export function readFraming(known: KnownFields): Framing | { readonly refusal: Refusal } {
  let chunked = false
  for (const value of known.transferEncoding) {
    for (const coding of value.toLowerCase().split(',')) {
      const name = coding.replace(/;.*$/s, '').replace(/^[ \t]+|[ \t]+$/g, '')
      if (name === 'chunked') chunked = true
      else if (name !== 'identity') return { refusal: unsupportedCoding(value) }
    }
  }
  if (chunked) return CHUNKED
  const [first] = known.contentLength
  if (first === undefined) return NONE
  for (const value of known.contentLength) {
    if (!isLength(value)) return { refusal: badLength(value) }
  }
  return { kind: 'length', length: Number(first) }
}

export function isLength(value: string): boolean {
  return /^\d+$/.test(value) && Number.isSafeInteger(Number(value))
}

/** AWS, "Troubleshoot your Application Load Balancers", "HTTP 501: Not implemented". */
function unsupportedCoding(value: string): Refusal {
  return {
    status: 501,
    explanation:
      `An ALB does not support Transfer-Encoding ${quote(value)}, only "chunked" and "identity". ` +
      'For a compressed body use Content-Encoding.',
    close: true,
  }
}

/** Refused in every mode: there is no telling where such a request ends. */
function badLength(value: string): Refusal {
  return badRequest(
    `Content-Length ${quote(value)} is no number of bytes. Send one decimal number, once.`,
  )
}
