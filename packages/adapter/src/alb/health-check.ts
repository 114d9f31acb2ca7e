import type { AlbEvent } from './event.js'

/**
 * Whether the event is the load balancer's own probe. A probe has a user agent that begins with
 * `ELB-HealthChecker/` and none of the `X-Forwarded-*` fields (ALB user guide, "Health checks for
 * Lambda targets"). A client can fake the first; in append mode the load balancer itself spoils the
 * second, and where it does not, all a faker gains is the probe's answer.
 */
export function isHealthCheck(event: AlbEvent): boolean {
  const map = event.multiValueHeaders ?? event.headers
  if (!map || map['x-forwarded-for'] !== undefined) return false
  const userAgent = map['user-agent'] ?? map['User-Agent']
  const text: unknown = Array.isArray(userAgent) ? userAgent[0] : userAgent
  return typeof text === 'string' && text.startsWith('ELB-HealthChecker/')
}
