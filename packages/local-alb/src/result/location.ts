import { fieldValues } from '../message.js'
import type { ForwardedRequest } from '../targets/target.js'

/**
 * A `Location` made absolute, as a load balancer was seen to do with those of functions: scheme and host of the request
 * in front. A relative path is resolved against the request's (RFC 3986, section 5.2).
 */
export function toAbsoluteLocation(location: string, request: ForwardedRequest): string {
  if (location === '' || ABSOLUTE.test(location)) return location
  const { protocol } = request.connection
  if (location.startsWith('//')) return `${protocol}:${location}`
  const origin = `${protocol}://${fieldValues(request.headers, 'host')[0] ?? ''}`
  if (location.startsWith('/')) return origin + location
  const query = request.query === undefined ? '' : `?${request.query}`
  const base = toText(`${origin}${request.path}${query}`)
  return URL.canParse(base) ? new URL(toText(location), base).href : location
}

/** Of a string that holds one byte in each character. */
function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}

const ABSOLUTE = /^[a-z][a-z\d+.-]*:/i
