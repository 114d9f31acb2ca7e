import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Rule } from './rule.js'

/** For people: `path-pattern /api/* or /v2/*, host-header example.com`. */
export function describeConditions(rule: Rule): string {
  if (rule.isDefault) return 'all that no other rule matches'
  return rule.conditions.map(describeCondition).join(', ')
}

function describeCondition(condition: RuleCondition): string {
  const values = [
    ...(condition.HostHeaderConfig?.Values ?? []),
    ...(condition.PathPatternConfig?.Values ?? []),
    ...(condition.HttpHeaderConfig?.Values ?? []),
    ...(condition.HttpRequestMethodConfig?.Values ?? []),
    ...(condition.SourceIpConfig?.Values ?? []),
    ...(condition.QueryStringConfig?.Values ?? []).map(
      ({ Key = '', Value = '' }) => `${Key}=${Value}`,
    ),
    ...(condition.HostHeaderConfig?.RegexValues ?? []),
    ...(condition.PathPatternConfig?.RegexValues ?? []),
    ...(condition.HttpHeaderConfig?.RegexValues ?? []),
  ]
  // Rules from before 2019 have them here only.
  const all = values.length > 0 ? values : (condition.Values ?? [])
  const header = condition.HttpHeaderConfig?.HttpHeaderName
  const name = [condition.Field ?? '', ...(header === undefined ? [] : [header])].join(' ')
  return `${name} ${all.join(' or ')}`
}
