import { ownOrigins } from '../side.js'
import type { Context } from './context.js'

/**
 * Whether two values of `Location` lead to the same place, when one is relative and the other absolute (a load balancer
 * makes those of functions absolute), or each side names itself.
 */
export function sameLocation(
  left: string,
  right: string,
  { sides, host, request }: Context,
): boolean {
  const ours = toPath(left, ownOrigins(sides.left, host), request.target)
  return ours !== undefined && ours === toPath(right, ownOrigins(sides.right, host), request.target)
}

/** The location within its side; nothing when it leads elsewhere. */
function toPath(location: string, origins: readonly string[], target: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(location)) {
    const origin = origins.find((own) => {
      const next = location[own.length]
      return (
        location.slice(0, own.length).toLowerCase() === own.toLowerCase() &&
        (next === undefined || '/?#'.includes(next))
      )
    })
    if (origin === undefined) return undefined
    const path = location.slice(origin.length)
    return path.startsWith('/') ? path : `/${path}`
  }
  if (location.startsWith('//')) return undefined
  if (location.startsWith('/')) return location
  const base = `http://host.invalid${target}`
  if (!URL.canParse(location, base)) return undefined
  const { pathname, search, hash } = new URL(location, base)
  return pathname + search + hash
}
