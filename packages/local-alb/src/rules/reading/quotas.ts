import type { Condition, Rule } from '../definition.js'

const MAX_RULES = 100
const MAX_VALUES = 5
/** Older texts say 5. */
const MAX_WILDCARDS = 6
const MAX_VALUE_LENGTH = 128
const MAX_REWRITE_LENGTH = 1024

/** What AWS would not take (AWS: "Quotas for your Application Load Balancers"); it works here all the same. */
export function quotaWarnings(rules: readonly Rule[]): readonly string[] {
  const count = rules.length - 1
  const all = rules.flatMap((rule) => {
    const values = rule.conditions.flatMap(textsOf)
    const wildcards = rule.conditions.flatMap(wildcardsOf).length
    const long = values.find((value) => value.length > MAX_VALUE_LENGTH)
    const rewrites = (rule.transforms ?? []).flatMap((transform) => transform.rewrites)
    return [
      valueCount(rule) > MAX_VALUES &&
        `rule ${rule.priority} compares ${valueCount(rule)} values; AWS takes at most ${MAX_VALUES} for each rule`,
      wildcards > MAX_WILDCARDS &&
        `rule ${rule.priority} has ${wildcards} wildcards; AWS takes at most ${MAX_WILDCARDS} for each rule`,
      long !== undefined &&
        `rule ${rule.priority} compares a value of ${long.length} characters; AWS takes at most ${MAX_VALUE_LENGTH}`,
      rewrites.some(
        ({ regex, replace }) => Math.max(regex.length, replace.length) > MAX_REWRITE_LENGTH,
      ) &&
        `rule ${rule.priority} has a rewrite of more than ${MAX_REWRITE_LENGTH} characters, which is AWS's limit`,
    ].filter((sentence) => sentence !== false)
  })
  return count > MAX_RULES
    ? [
        `there are ${count} rules beside the default rule; AWS takes ${MAX_RULES} for each load balancer`,
        ...all,
      ]
    : all
}

function valueCount(rule: Rule): number {
  return rule.conditions.reduce((sum, { values }) => sum + values.length, 0)
}

function textsOf(condition: Condition): readonly string[] {
  return condition.field === 'query-string'
    ? condition.values.flatMap(({ key, value }) => (key === undefined ? [value] : [key, value]))
    : condition.values
}

function wildcardsOf(condition: Condition): readonly string[] {
  const hasWildcards =
    !('regex' in condition && condition.regex) && condition.field !== 'http-request-method'
  return hasWildcards ? textsOf(condition).flatMap((text) => text.match(/(?<!\\)[*?]/g) ?? []) : []
}
