import { isAscii } from '../byte-length.js'
import type { RequestParts } from '../parts.js'
import { mapOf, valuesOf } from './values.js'

/** The header fields of an event, from the map of the name `field`. */
export function toHeaders(
  event: object,
  field: string,
): Pick<RequestParts, 'rawHeaders' | 'headers'> {
  const source = mapOf(event, field)
  // A copy has the source's shape at once, which costs far less than adding name by name; but copies of
  // more than about 128 names are slow in V8.
  const isLarge = Object.keys(source).length > 99
  const headers = (isLarge ? {} : { ...source }) as Record<string, string>
  const rawHeaders: string[] = []
  let plain = true
  for (const name in source) {
    const held = source[name]
    if (!plainNames.has(name) && !isPlain(name)) plain = false
    const only: unknown = Array.isArray(held) && held.length === 1 ? held[0] : held
    if (typeof only === 'string') {
      const value = toLatin1(only)
      if (isLarge || value !== held) headers[name] = value
      rawHeaders.push(name, value)
    } else {
      plain = false
      for (const value of valuesOf(held, field, name)) rawHeaders.push(name, toLatin1(value))
    }
  }
  return { rawHeaders, headers: plain ? headers : undefined }
}

// The same few names come with every request, and a look into this set is the fastest test.
const plainNames = new Set<string>()

/** Whether Node takes a name as it is: it makes an array of one, and one would set a prototype. */
function isPlain(name: string): boolean {
  const plain = name.toLowerCase() === name && name !== 'set-cookie' && name !== '__proto__'
  if (plain && plainNames.size < 500) plainNames.add(name)
  return plain
}

/**
 * A value as Node's HTTP parser hands it to an app: one character for each byte. The ALB passes only
 * valid UTF-8 to Lambda, as text; on EC2 the same bytes would have been read as Latin-1.
 */
function toLatin1(value: string): string {
  return isAscii(value) ? value : Buffer.from(value).toString('latin1')
}
