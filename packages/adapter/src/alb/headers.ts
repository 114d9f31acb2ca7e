import type { RequestParts } from '../parts.js'
import { mapOf, valuesOf } from './values.js'

/** The header fields of an event, from the map of the name `field`. */
export function toHeaders(
  event: object,
  field: string,
): Pick<RequestParts, 'rawHeaders' | 'headers'> {
  const source = mapOf(event, field)
  // A copy has the source's shape at once, which costs far less than adding name by name.
  const headers = { ...source } as Record<string, string>
  const rawHeaders: string[] = []
  let plain = true
  for (const name in source) {
    const held = source[name]
    const values = typeof held === 'string' ? [held] : valuesOf(held, field, name)
    plain &&= values.length === 1 && name.toLowerCase() === name && !SPECIAL.test(name)
    for (const value of values) rawHeaders.push(name, (headers[name] = toLatin1(value)))
  }
  return { rawHeaders, headers: plain ? headers : undefined }
}

// Node makes an array of the first; the second must not set a prototype.
const SPECIAL = /^(set-cookie|__proto__)$/

/**
 * A value as Node's HTTP parser hands it to an app: one character for each byte. The ALB passes only
 * valid UTF-8 to Lambda, as text; on EC2 the same bytes would have been read as Latin-1.
 */
function toLatin1(value: string): string {
  // An ASCII string has as many bytes as characters; asking for the bytes is the fastest test.
  return Buffer.byteLength(value) === value.length ? value : Buffer.from(value).toString('latin1')
}
