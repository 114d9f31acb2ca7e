import type { AlbEvent } from './event.js'

/**
 * Whether the event is the load balancer's own probe. A probe has a user agent that begins with
 * `ELB-HealthChecker/` and none of the `X-Forwarded-*` fields (ALB user guide, "Health checks for
 * Lambda targets"). A client can fake the first; in append mode the load balancer itself spoils the
 * second, and where it does not, all a faker gains is the probe's answer.
 */
export function isHealthCheck(event: AlbEvent): boolean {
  const map = event.multiValueHeaders ?? event.headers
  // A string, or an array of one, which a regular expression takes for its text.
  const isProbe = /^ELB-HealthChecker\/\d/.test(map?.['user-agent'] as string)
  return isProbe && !map?.['x-forwarded-for']
}
