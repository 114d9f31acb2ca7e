import { describe, ExpressAlbError } from '../errors.js'

/**
 * The request target: the path, `?`, and the query put together again from its raw pieces.
 *
 * An ALB splits the query without decoding it, so nothing is encoded again here: `%2F`, `+`, `100%`
 * and `[` reach the app as the client sent them. What the ALB loses stays lost: the order of
 * different keys (it sorts them), `a` against `a=`, empty pieces as in `&&`, and a lone `?`.
 */
export function toTarget(
  path: unknown,
  query: unknown,
  queryField: string,
  basePath: string,
): string {
  if (typeof path !== 'string' || (path.charCodeAt(0) !== 47 /* / */ && path !== '*')) {
    throw new ExpressAlbError(
      'INVALID_EVENT',
      `event.path is ${describe(path)}; it must be a string that starts with "/".`,
    )
  }
  let target = basePath === '' ? path : withoutBasePath(path, basePath)
  if (query !== undefined && query !== null) {
    if (typeof query !== 'object' || Array.isArray(query)) {
      throw new ExpressAlbError(
        'INVALID_EVENT',
        `event.${queryField} is ${describe(query)}; it must be an object of strings.`,
      )
    }
    let separator = '?'
    for (const name in query) {
      const value: unknown = (query as Record<string, unknown>)[name]
      if (typeof value === 'string') {
        target += `${separator}${name}=${value}`
        separator = '&'
        continue
      }
      for (const one of listOf(value, queryField, name)) {
        target += `${separator}${name}=${one}`
        separator = '&'
      }
    }
  }
  return ILLEGAL.test(target) ? target.replace(EACH_ILLEGAL, percentEncode) : target
}

/**
 * Takes `basePath` off at a segment's end: of `/api`, `/api/x` leaves `/x`, `/api` leaves `/`, and
 * `/apifoo` is another path.
 */
function withoutBasePath(path: string, basePath: string): string {
  if (!path.startsWith(basePath)) return path
  if (path.length === basePath.length) return '/'
  return path.charCodeAt(basePath.length) === 47 /* / */ ? path.slice(basePath.length) : path
}

/** The strings under one name: events written by hand put arrays where an ALB puts one string. */
export function listOf(value: unknown, field: string, name: string): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const one of values) {
    if (typeof one !== 'string') {
      throw new ExpressAlbError(
        'INVALID_EVENT',
        `event.${field}[${JSON.stringify(name)}] is or holds ${describe(one)}; ` +
          'it must be a string, as an ALB sends it, or an array of strings.',
      )
    }
  }
  return values as readonly string[]
}

// What may not stand in a request target (RFC 3986, section 2, and RFC 9112, section 3.2), less what
// browsers and Node let through unharmed: controls, space, " < > \ ^ ` { | } and all beyond ASCII.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const ILLEGAL = /[\u0000-\u0020"<>\\^`{|}\u007f-\uffff]/
// eslint-disable-next-line no-control-regex -- as above
const EACH_ILLEGAL = /[\u0000-\u0020"<>\\^`{|}\u007f]|[\u0080-\uffff]+/g

function percentEncode(text: string): string {
  let escaped = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return escaped
}
