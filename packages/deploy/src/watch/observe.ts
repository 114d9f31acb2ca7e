import { type Alarm, readAlarms } from '../aws/alarms.js'
import type { Minute } from '../aws/counts.js'
import { lambdaDimensions, readMetrics } from '../aws/metrics.js'
import { type GroupHealth, readHealth } from '../aws/target-groups.js'
import type { Groups, Rule } from '../rule/rule.js'
import type { Session } from '../session.js'
import type { Limits } from './limits.js'

/** What one look sees besides the rule. */
export interface Observation {
  readonly minutes: readonly Minute[]
  readonly alarms: readonly Alarm[]
  /** The function's group. */
  readonly health: GroupHealth
}

export async function observe(
  { aws, clock, stop }: Session,
  rule: Rule,
  groups: Groups,
  limits: Pick<Limits, 'alarms'>,
  from: number,
): Promise<Observation> {
  const readCounts = async (): Promise<readonly [GroupHealth, readonly Minute[]]> => {
    const health = await readHealth(aws, groups.function, stop)
    const functionArn = findFunction(health)
    const sources = { rule, groups, functionArn }
    return [health, await readMetrics(aws, sources, from, clock.now(), stop)]
  }
  const [[health, minutes], alarms] = await Promise.all([
    readCounts(),
    readAlarms(aws, limits.alarms, stop),
  ])
  return { minutes, alarms, health }
}

export function findFunction({ targets }: GroupHealth): string | undefined {
  return targets.find((target) => lambdaDimensions(target) !== undefined)
}
