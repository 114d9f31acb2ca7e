import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Aws } from './clients.js'
import { toOptions } from './rules.js'

/** The targets of a group by their state, such as `healthy`. */
export interface GroupHealth {
  readonly states: Readonly<Record<string, number>>
  /** IDs of the targets: for a Lambda function its ARN, with the alias. */
  readonly targets: readonly string[]
}

/** The target type of each group by its ARN. */
export async function readTargetTypes(
  aws: Aws,
  arns: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { TargetGroups = [] } = await aws.reads.send(
    new DescribeTargetGroupsCommand({ TargetGroupArns: [...arns] }),
    toOptions(signal),
  )
  return new Map(
    TargetGroups.map(({ TargetGroupArn = '', TargetType = 'unknown' }) => [
      TargetGroupArn,
      TargetType,
    ]),
  )
}

export async function readHealth(
  aws: Aws,
  arn: string,
  signal?: AbortSignal,
): Promise<GroupHealth> {
  const { TargetHealthDescriptions = [] } = await aws.reads.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
    toOptions(signal),
  )
  const states: Record<string, number> = {}
  for (const { TargetHealth } of TargetHealthDescriptions) {
    const state = TargetHealth?.State ?? 'unknown'
    states[state] = (states[state] ?? 0) + 1
  }
  return { states, targets: TargetHealthDescriptions.flatMap(({ Target }) => Target?.Id ?? []) }
}

/**
 * Whether the group has a target that can be sent requests. Without health checks a function is `unavailable`, and a group
 * that gets no request `unused`: neither says anything against it. A target that is `initial` is being looked at.
 */
export function canServe({ states }: GroupHealth): boolean {
  const usable = ['healthy', 'initial', 'unavailable', 'unused', 'unknown']
  return usable.some((state) => (states[state] ?? 0) > 0)
}

/** For people: `2 healthy, 1 draining`. */
export function describeHealth({ states }: GroupHealth): string {
  const entries = Object.entries(states)
  if (entries.length === 0) return 'no target'
  return entries
    .map(([state, count]) => `${count} ${state === 'unavailable' ? 'not checked' : state}`)
    .join(', ')
}
