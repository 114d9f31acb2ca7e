import { describe, ExpressAlbError } from '../errors.js'
import { listOf } from './target.js'

/** Header fields in Node's raw form and, when no rule for repeated fields applies, by name. */
export interface Headers {
  readonly rawHeaders: string[]
  readonly headers: Record<string, string> | undefined
}

/** The header fields of an event, from the map of either mode. */
export function toHeaders(map: unknown, field: string): Headers {
  const rawHeaders: string[] = []
  if (map === undefined || map === null) return { rawHeaders, headers: {} }
  if (typeof map !== 'object' || Array.isArray(map)) {
    throw new ExpressAlbError(
      'INVALID_EVENT',
      `event.${field} is ${describe(map)}; it must be an object of header names and values.`,
    )
  }
  const source = map as Record<string, unknown>
  // A copy has the source's shape at once, which costs far less than adding name by name.
  const headers = { ...source } as Record<string, string>
  let plain = true
  for (const name in source) {
    let value = source[name]
    if (typeof value !== 'string') {
      const values = listOf(value, field, name)
      if (values.length !== 1) {
        for (const one of values) rawHeaders.push(name, toLatin1(one))
        plain = false
        continue
      }
      value = values[0]
      headers[name] = value as string
    }
    const text = value as string
    // An ASCII string has as many bytes as characters; asking for the bytes is the fastest test.
    if (Buffer.byteLength(text) !== text.length) headers[name] = toLatin1(text)
    if (name.toLowerCase() !== name || name === 'set-cookie' || name === '__proto__') plain = false
    rawHeaders.push(name, headers[name] as string)
  }
  return { rawHeaders, headers: plain ? headers : undefined }
}

/**
 * A value as Node's HTTP parser hands it to an app: one character for each byte. The ALB passes only
 * valid UTF-8 to Lambda, as text; on EC2 the same bytes would have been read as Latin-1.
 */
function toLatin1(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}
