import { invalidField, mapOf, valuesOf } from './values.js'

/**
 * The request target: the path, `?`, and the query put together again from its raw pieces.
 *
 * An ALB splits the query without decoding it, so nothing is encoded again here: `%2F`, `+`, `100%`
 * and `[` reach the app as the client sent them. What the ALB loses stays lost: the order of
 * different keys (it sorts them), `a` against `a=`, empty pieces as in `&&`, and a lone `?`.
 *
 * @param queryField the name of the query's map
 */
export function toTarget(
  event: { readonly path: unknown },
  queryField: string,
  basePath: string,
): string {
  const { path } = event
  if (typeof path !== 'string' || !TARGET.test(path)) {
    throw invalidField('path', path, 'a path')
  }
  let target = path
  // At a segment's end: of `/api`, `/api/x` leaves `/x`, `/api` leaves `/`, and `/apifoo` is another path.
  if (basePath && `${path}/`.startsWith(`${basePath}/`)) target = path.slice(basePath.length) || '/'
  let separator = '?'
  const query = mapOf(event, queryField)
  for (const name in query) {
    for (const value of valuesOf(query[name], queryField, name)) {
      target += `${separator}${name}=${value}`
      separator = '&'
    }
  }
  if (target.search(ILLEGAL) < 0) return target
  return target.toWellFormed().replace(ILLEGAL, encodeURIComponent)
}

// Origin form, asterisk form, absolute form (RFC 9112, section 3.2); an ALB sends only the first.
const TARGET = /^(\/|\*$|\w+:)/

// What may not stand in a request target (RFC 3986, section 2; RFC 9112, section 3.2), less what
// browsers and Node let through unharmed: controls, space, " < > \ ^ ` { | } and all beyond ASCII.
const ILLEGAL = /[^!#-;=?-[\]_a-z~]+/g
