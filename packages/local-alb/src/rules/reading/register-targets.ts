import { readTargetGroupAttributes } from './attributes.js'
import type { Rule, TargetGroupDefinition } from '../definition.js'
import { readHealthCheck } from './read-health-check.js'
import { ConfigurationError, type JsonValue, list } from './json-value.js'
import type { MappedTargets } from './read-targets.js'
import type { DescribedGroup, TargetGroupNames } from './target-groups.js'

export interface Parts {
  readonly rules: readonly Rule[]
  readonly names: TargetGroupNames
  /** By the groups' names or ARNs. */
  readonly targets: ReadonlyMap<string, MappedTargets>
  /** By the groups' ARNs. */
  readonly attributes: ReadonlyMap<string, JsonValue>
  readonly warn: (sentence: string) => void
}

/**
 * Puts the target groups together that rules forward to; others get no requests and no health checks, as at AWS.
 *
 * @throws {ConfigurationError} when a group has no targets, or targets that do not suit its type
 */
export function registerTargets(parts: Parts): readonly TargetGroupDefinition[] {
  const { names, warn } = parts
  const mapped = new Map<string, MappedTargets>()
  for (const [key, entry] of parts.targets) {
    const group = names.getByKey(key, entry.json)
    if (mapped.has(group.arn)) {
      throw new ConfigurationError(
        `${entry.json.path} is for a target group that has its targets already`,
      )
    }
    mapped.set(group.arn, entry)
  }
  const used = usedBy(parts.rules)
  return names.groups.flatMap((group) => {
    const rule = used.get(group.arn)
    const entry = mapped.get(group.arn)
    if (rule === undefined) {
      if (entry) warn(`${entry.json.path} is never used: no rule forwards to this target group`)
      return []
    }
    if (!entry) throw notMapped(group, rule, parts.targets)
    return [toDefinition(group, entry, parts)]
  })
}

/** ARNs with the first rule that forwards to each. */
function usedBy(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  const used = new Map<string, Rule>()
  for (const rule of rules) {
    if (rule.action.type !== 'forward') continue
    for (const { arn } of rule.action.targetGroups) if (!used.has(arn)) used.set(arn, rule)
  }
  return used
}

function notMapped(
  { name }: DescribedGroup,
  { priority }: Rule,
  targets: ReadonlyMap<string, MappedTargets>,
): ConfigurationError {
  const key = JSON.stringify(name)
  const mapped = targets.size === 0 ? 'nothing' : list([...targets.keys()])
  return new ConfigurationError(
    `rule ${priority} forwards to the target group ${key}, for which "targets" has no entry; add ` +
      `${key}: "http://127.0.0.1:3000" or ${key}: "dist/lambda.mjs", or ${key}: [] for a group without targets. ` +
      `Mapped so far: ${mapped}`,
  )
}

function toDefinition(
  group: DescribedGroup,
  { json, targets }: MappedTargets,
  { attributes, warn }: Parts,
): TargetGroupDefinition {
  const type = group.type ?? (targets[0]?.kind === 'lambda' ? 'lambda' : 'instance')
  const kind = type === 'lambda' ? 'lambda' : 'instance'
  if (targets.some((target) => target.kind !== kind)) {
    throw json.wrong(
      kind === 'lambda'
        ? 'the target group is of type lambda: give the file of a function'
        : `the target group is of type ${type}: give the URL of a server, or describe a group of type lambda for the function`,
    )
  }
  if (kind === 'lambda' && targets.length > 1) {
    throw json.wrong('a target group of type lambda has one function; leave one')
  }
  const printed = attributes.get(group.arn)
  if (kind === 'lambda' && group.json && !printed) {
    warn(
      `targetGroupAttributes says nothing of ${JSON.stringify(group.name)}: its multi-value headers are taken to be off, which is AWS's default`,
    )
  }
  const healthCheck = group.json && readHealthCheck(group.json, type)
  return {
    arn: group.arn,
    name: group.name,
    type,
    multiValueHeaders: printed ? readTargetGroupAttributes(printed, warn).multiValueHeaders : false,
    ...(healthCheck && { healthCheck }),
    targets,
  }
}
