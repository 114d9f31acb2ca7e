import type { Settings } from '../options.js'
import { contextOf, type EventGroup, toHeadMembers } from './event.js'

/**
 * The event of a health check, as JSON text (ALB user guide, "Lambda functions as targets", "Enable health checks"): a
 * GET with a `user-agent` and no other header field, neither `host` nor `x-forwarded-for`.
 *
 * No source shows it in multi-value mode; `multiValueHealthCheckEvent` says which form it has then.
 *
 * @param path may have a query
 */
export function toHealthCheckEvent(path: string, group: EventGroup, settings: Settings): string {
  const isMulti = group.multiValueHeaders && settings.multiValueHealthCheckEvent === 'multi'
  const mark = path.indexOf('?')
  const target = {
    method: 'GET',
    path: mark === -1 ? path : path.slice(0, mark),
    query: mark === -1 ? undefined : path.slice(mark + 1),
  }
  const head = toHeadMembers(target, [['user-agent', USER_AGENT]], isMulti, settings)
  return `${contextOf(group)},${head},"body":"","isBase64Encoded":false}`
}

const USER_AGENT = 'ELB-HealthChecker/2.0'
