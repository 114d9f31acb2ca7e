import { findRule, readRule } from './aws/rules.js'
import { readTargetTypes } from './aws/target-groups.js'
import { type ExpectedGroups, findGroups } from './rule/find-groups.js'
import { forwardedGroups, type Groups, type Rule } from './rule/rule.js'
import { reading, type Session } from './session.js'

/** How the user names the rule. */
export type RuleName =
  { readonly ruleArn: string } | { readonly listenerArn: string; readonly priority: string }

export interface Located {
  readonly rule: Rule
  readonly groups: Groups
}

/** Reads the rule, and finds out which of its groups is which. */
export async function locate(
  session: Pick<Session, 'aws' | 'stop'>,
  name: RuleName,
  expected: ExpectedGroups,
): Promise<Located> {
  const { aws, stop } = session
  const rule = await reading(
    session,
    'ruleArn' in name
      ? readRule(aws, name.ruleArn, stop)
      : findRule(aws, name.listenerArn, name.priority, stop),
  )
  const arns = forwardedGroups(rule).flatMap(({ TargetGroupArn = [] }) => TargetGroupArn)
  // A rollback should need no permission but to read the rule and to write it.
  const isNeeded = expected.existing === undefined || expected.function === undefined
  const types =
    isNeeded && arns.length > 0
      ? await reading(session, readTargetTypes(aws, arns, stop))
      : new Map<string, string>()
  return { rule, groups: findGroups(rule, types, expected) }
}
