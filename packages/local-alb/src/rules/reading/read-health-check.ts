import type { HealthCheckDefinition, TargetGroupDefinition } from '../definition.js'
import type { JsonValue } from './json-value.js'

/**
 * Reads the health check of a target group, as `describe-target-groups` prints it; what is left out has AWS's default.
 * `undefined` when there is none: functions have one only when `HealthCheckEnabled` says so (AWS: "Health checks for
 * Application Load Balancer target groups").
 *
 * @throws {ConfigurationError}
 */
export function readHealthCheck(
  json: JsonValue,
  type: TargetGroupDefinition['type'],
): HealthCheckDefinition | undefined {
  const isFunction = type === 'lambda'
  const enabled = json.at('HealthCheckEnabled')
  const names = ['HealthCheckPath', 'HealthCheckIntervalSeconds', 'Matcher']
  const isDescribed = names.some((name) => !json.at(name).isAbsent)
  if (enabled.isAbsent ? isFunction || !isDescribed : !enabled.flag()) return undefined
  const number = (name: string, from: number, to: number, otherwise: number): number =>
    json.at(name).isAbsent ? otherwise : json.at(name).integer(from, to)
  return {
    path: readPath(json.at('HealthCheckPath')),
    intervalSeconds: number('HealthCheckIntervalSeconds', 1, 300, isFunction ? 35 : 30),
    timeoutSeconds: number('HealthCheckTimeoutSeconds', 1, 120, isFunction ? 30 : 5),
    healthyThreshold: number('HealthyThresholdCount', 1, 10, 5),
    unhealthyThreshold: number('UnhealthyThresholdCount', 1, 10, 2),
    matcher: readMatcher(json.at('Matcher')),
  }
}

function readPath(json: JsonValue): string {
  if (json.isAbsent) return '/'
  const path = json.text()
  if (!path.startsWith('/')) throw json.wrong('it must start with "/"')
  return path
}

const CODE_RANGES = /^\d{3}(?:-\d{3})?(?:,\d{3}(?:-\d{3})?)*$/

function readMatcher(json: JsonValue): string {
  if (json.isAbsent || json.at('HttpCode').isAbsent) return '200'
  const codes = json.at('HttpCode')
  const matcher = codes.text()
  if (!CODE_RANGES.test(matcher))
    throw codes.wrong('it must be such as "200", "200,202" or "200-299"')
  return matcher
}
