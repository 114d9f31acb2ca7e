import {
  DescribeRulesCommand,
  type DescribeRulesCommandOutput,
  ModifyListenerCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { refusal } from '../cut-over-error.js'
import { type Rule, toRule, toWritableActions } from '../rule/rule.js'
import type { Aws } from './clients.js'

export async function readRule(aws: Aws, ruleArn: string, signal?: AbortSignal): Promise<Rule> {
  const { Rules = [] } = await aws.reads.send(
    new DescribeRulesCommand({ RuleArns: [ruleArn] }),
    toOptions(signal),
  )
  const [rule] = Rules
  if (rule === undefined) throw refusal(`There is no rule ${ruleArn}.`)
  return toRule(rule)
}

/** @param priority a number, or `default` for the listener's default action */
export async function findRule(
  aws: Aws,
  listenerArn: string,
  priority: string,
  signal?: AbortSignal,
): Promise<Rule> {
  const known: string[] = []
  let marker: string | undefined
  do {
    const page: DescribeRulesCommandOutput = await aws.reads.send(
      new DescribeRulesCommand({
        ListenerArn: listenerArn,
        ...(marker === undefined ? {} : { Marker: marker }),
      }),
      toOptions(signal),
    )
    for (const rule of page.Rules ?? []) {
      if (rule.Priority === priority) return toRule(rule)
      known.push(rule.Priority ?? '')
    }
    marker = page.NextMarker === '' ? undefined : page.NextMarker
  } while (marker !== undefined)
  throw refusal(
    `The listener has no rule with priority ${priority}. It has: ${known.join(', ') || 'none'}.`,
  )
}

/**
 * Writes the rule's actions in one call, and nothing else of it. The default rule's actions are the listener's:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html
 *
 * @returns the rule as AWS says it is now
 */
export async function writeActions(aws: Aws, rule: Rule): Promise<Rule> {
  const actions = toWritableActions(rule)
  if (rule.isDefault) {
    const { Listeners = [] } = await aws.writes.send(
      new ModifyListenerCommand({ ListenerArn: rule.listenerArn, DefaultActions: actions }),
    )
    return { ...rule, actions: Listeners[0]?.DefaultActions ?? rule.actions }
  }
  const { Rules = [] } = await aws.writes.send(
    new ModifyRuleCommand({ RuleArn: rule.ruleArn, Actions: actions }),
  )
  const [written] = Rules
  return written === undefined ? rule : toRule(written)
}

export function toOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}
