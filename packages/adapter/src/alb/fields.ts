import type { AlbMode } from './event.js'

/** How header fields that occur more than once are carried through the load balancer. */
export interface FieldPolicy {
  readonly singleValueCookies: 'case-variants' | 'last-only'
  readonly valueOrder: 'keep' | 'reverse'
  /** Told when a response in single-value mode has several cookies. */
  onSeveralCookies(count: number): void
}

/** Header fields as a result holds them. */
export interface ResultFields {
  /** By name: strings in single-value mode, arrays of strings in multi-value mode. */
  readonly map: Record<string, string | string[]>
  /** Whether the body is in a content coding. */
  readonly encoded: boolean
  /** Characters of all names and values. */
  readonly characters: number
}

/**
 * @param contentLength the body's true length, or `undefined` when the response has no body of its
 * own and the app's figure stands for another one (HEAD, 304)
 */
export function toFields(
  rawHeaders: readonly string[],
  mode: AlbMode,
  contentLength: number | undefined,
  policy: FieldPolicy,
): ResultFields {
  const map: Record<string, string | string[]> = {}
  let encoded = false
  let characters = 0
  let cookies: string[] | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    characters += name.length + value.length + PUNCTUATION
    // The three fields with a rule of their own differ in length, which is cheap to ask for first.
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      // A length that is not the body's would cut the response or leave the client waiting.
      if (contentLength !== undefined && Number(value) !== contentLength) continue
    } else if (name.length === 16 && name.toLowerCase() === 'content-encoding') {
      encoded = true
    } else if (name.length === 10 && name.toLowerCase() === 'set-cookie') {
      if (cookies !== undefined) {
        cookies.push(value)
        continue
      }
      cookies = [value]
    }
    put(map, mode, name, value)
  }
  if (cookies !== undefined && cookies.length > 1) putCookies(map, mode, cookies, policy)
  if (mode === 'multi' && policy.valueOrder === 'reverse') {
    for (const name in map) (map[name] as string[]).reverse()
  }
  return { map, encoded, characters }
}

// What JSON adds to a name and a value at the most: quotes, colon, comma, brackets.
const PUNCTUATION = 8

function put(map: ResultFields['map'], mode: AlbMode, name: string, value: string): void {
  if (!Object.hasOwn(map, name)) {
    const held = mode === 'multi' ? [value] : value
    if (name === '__proto__') Object.defineProperty(map, name, { value: held, ...OWN })
    else map[name] = held
    return
  }
  const held = map[name]
  if (typeof held === 'string') {
    map[name] = `${held}, ${value}`
  } else if (held !== undefined && LISTS.has(name.toLowerCase())) {
    held[0] = `${held[0]}, ${value}`
  } else {
    held?.push(value)
  }
}

const OWN = { writable: true, enumerable: true, configurable: true }

/**
 * Fields whose values are lists, in which one line says the same as several (RFC 9110, section 5.3).
 * Joined they keep their order, which the ALB does not keep between the values of one name.
 */
const LISTS: ReadonlySet<string> = new Set([
  'accept-ranges',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
  'allow',
  'cache-control',
  'content-encoding',
  'content-language',
  'link',
  'pragma',
  'server-timing',
  'vary',
  'via',
  'warning',
])

/**
 * Several `Set-Cookie` fields, which cannot be joined (RFC 6265, section 3). Multi-value mode has
 * arrays for them. In single-value mode AWS speaks of one cookie only, but each spelling of the name
 * is a key of its own, and the ALB passes every one of them on.
 */
function putCookies(
  map: ResultFields['map'],
  mode: AlbMode,
  cookies: readonly string[],
  policy: FieldPolicy,
): void {
  const spelling = Object.keys(map).find((name) => name.toLowerCase() === 'set-cookie') as string
  if (mode === 'multi') {
    map[spelling] = [...cookies]
    return
  }
  policy.onSeveralCookies(cookies.length)
  if (policy.singleValueCookies === 'last-only') {
    map[spelling] = cookies.at(-1) as string
    return
  }
  if (cookies.length > SPELLINGS) {
    throw new Error(
      `The response sets ${cookies.length} cookies; single-value mode can carry ${SPELLINGS}. ` +
        'Switch on lambda.multi_value_headers.enabled for the target group.',
    )
  }
  const ordered = policy.valueOrder === 'reverse' ? cookies.toReversed() : cookies
  map[spelling] = ordered[0] as string
  let variant = 0
  for (const cookie of ordered.slice(1)) {
    let name = cookieSpelling(variant++)
    if (name === spelling) name = cookieSpelling(variant++)
    map[name] = cookie
  }
}

const COOKIE_LETTERS = 'setcookie'.length
const SPELLINGS = 2 ** COOKIE_LETTERS

/** `set-cookie` with the capitals that the bits of `variant` ask for. */
function cookieSpelling(variant: number): string {
  let bit = 1
  let name = ''
  for (const letter of 'set-cookie') {
    name += (variant & bit) === 0 ? letter : letter.toUpperCase()
    if (letter !== '-') bit <<= 1
  }
  return name
}
