import { byteLength } from '../byte-length.js'
import { fieldLines } from '../parts.js'

/** How header fields that occur more than once are carried through the load balancer. */
export interface FieldPolicy {
  readonly singleValueCookies: 'case-variants' | 'last-only'
  readonly valueOrder: 'keep' | 'reverse'
}

/** Header fields as a result holds them. */
export interface ResultFields {
  /** By name: strings in single-value mode, arrays of strings in multi-value mode. */
  readonly map: Record<string, string | string[]>
  /** Whether the body is in a content coding. */
  readonly encoded: boolean
  /** Bytes of all fields on the wire, where text is UTF-8. */
  readonly bytes: number
}

// A prototype without names, so that a field named __proto__ becomes a member like any other. V8 keeps what inherits
// from this as fast as a plain object, and what has no prototype at all as a slow dictionary.
const NAMELESS = { __proto__: null } as object

/**
 * The fields of a response in the form of a mode.
 *
 * Repeated fields are joined into one line, which says the same (RFC 9110, section 5.3) and keeps
 * their order through a load balancer that reverses the values of a name. `Set-Cookie` cannot be
 * joined (RFC 6265, section 3).
 *
 * In single-value mode AWS speaks of one cookie only; but each spelling of the name is a key of its
 * own, and the ALB passes every one of them on.
 *
 * @param contentLength gives the body's true length, or `undefined` when the response has no body of its
 * own and the app's figure stands for another one (HEAD, 304)
 * @param onSeveralCookies told when there are several in single-value mode
 * @throws RangeError for a value with a line end
 */
export function toFields(
  rawHeaders: readonly string[],
  isMulti: boolean,
  contentLength: () => number | undefined,
  { singleValueCookies, valueOrder }: FieldPolicy,
  onSeveralCookies: () => void,
): ResultFields {
  const map = Object.create(NAMELESS) as ResultFields['map']
  const reversed = valueOrder === 'reverse' && fieldLines(rawHeaders, 'set-cookie')
  let encoded = false
  let bytes = 0
  let cookies = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    let name = rawHeaders[i] as string
    let value = oneLine(rawHeaders[i + 1] as string)
    // With colon, space and line end.
    bytes += name.length + byteLength(value) + 4
    const key = name.toLowerCase()
    encoded ||= key === 'content-encoding'
    if (key === 'content-length') {
      // A length that is not the body's would cut the response or leave the client waiting.
      if (String(contentLength() ?? value) !== value) continue
    } else if (key === 'set-cookie') {
      if (reversed) value = reversed.pop() as string
      if (!isMulti && cookies++) {
        onSeveralCookies()
        if (singleValueCookies === 'last-only') {
          if (!reversed) map[name] = value
          continue
        }
        for (let variant = 0; name in map;) name = spellCookie(variant++)
      }
    }
    const held = map[name]
    if (held === undefined) map[name] = isMulti ? [value] : value
    else if (typeof held === 'string') map[name] = `${held}, ${value}`
    else if (key === 'set-cookie') held.push(value)
    else held[0] += `, ${value}`
  }
  return { map, encoded, bytes }
}

/**
 * The text, when it cannot begin another field or the body. Node checks values when they are set, and so
 * misses an array that grows afterwards and an object whose text changes; hooks are not checked before.
 */
export function oneLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new RangeError(`header ${text}`)
  return text
}

/** `set-cookie` with capitals where `variant` has bits: 512 spellings, since the hyphen has no capital. */
function spellCookie(variant: number): string {
  if (variant > 1023) throw new Error('Over 512 cookies')
  return 'set-cookie'.replace(/./g, (letter, i: number) =>
    (variant >> i) & 1 ? letter.toUpperCase() : letter,
  )
}
