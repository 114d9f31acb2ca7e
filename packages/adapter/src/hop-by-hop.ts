import { fieldLines } from './parts.js'

/**
 * Fields for the next hop only (RFC 9110, section 7.6.1; the ALB drops them too). The load balancer
 * frames the response anew, so their values say nothing true of it.
 */
const HOP_BY_HOP = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i

/** Raw pairs without the fields for the next hop: the known ones, and those that `Connection` names. */
export function endToEnd(rawHeaders: readonly string[]): readonly string[] {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (HOP_BY_HOP.test(rawHeaders[i] as string)) {
      const named = fieldLines(rawHeaders, 'connection').join().toLowerCase().split(/[\s,]/)
      return rawHeaders.filter((_, index) => {
        const name = rawHeaders[index - (index % 2)] as string
        return !HOP_BY_HOP.test(name) && !named.includes(name.toLowerCase())
      })
    }
  }
  return rawHeaders
}
