import type {
  Action,
  ForwardActionConfig,
  Rule as DescribedRule,
  RuleCondition,
  RuleTransform,
  TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { refusal } from '../cut-over-error.js'
import { parseRuleArn, type RuleArn } from './arn.js'
import { areEqual, type Weights } from './weights.js'

/** A rule as AWS described it. Nothing of it is lost: what is written back is what was read, with other weights. */
export interface Rule extends RuleArn {
  readonly isDefault: boolean
  readonly priority: string
  readonly conditions: readonly RuleCondition[]
  readonly actions: readonly Action[]
  readonly transforms: readonly RuleTransform[]
}

/** The two target groups that share the traffic, by their ARNs. */
export interface Groups {
  readonly existing: string
  readonly function: string
}

export function toRule(described: DescribedRule): Rule {
  const arn = parseRuleArn(described.RuleArn ?? '')
  if (arn === undefined) throw refusal(`AWS answered with a rule named ${described.RuleArn ?? ''}`)
  return {
    ...arn,
    isDefault: described.IsDefault ?? false,
    priority: described.Priority ?? '',
    conditions: described.Conditions ?? [],
    actions: described.Actions ?? [],
    transforms: described.Transforms ?? [],
  }
}

/** The groups that the rule forwards to; empty where it does anything else. */
export function forwardedGroups(rule: Rule): readonly TargetGroupTuple[] {
  const [action, ...others] = rule.actions.filter(({ Type }) => Type === 'forward')
  if (action === undefined || others.length > 0) return []
  const groups = action.ForwardConfig?.TargetGroups
  if (groups !== undefined && groups.length > 0) return groups
  return action.TargetGroupArn === undefined ? [] : [{ TargetGroupArn: action.TargetGroupArn }]
}

export function weightsOf(rule: Rule, groups: Groups): Weights {
  const weightOf = (arn: string): number => {
    const group = forwardedGroups(rule).find(({ TargetGroupArn }) => TargetGroupArn === arn)
    if (group === undefined) throw refusal(`The rule does not forward to ${arn} any more.`)
    // AWS's default: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html
    return group.Weight ?? 1
  }
  return { existing: weightOf(groups.existing), function: weightOf(groups.function) }
}

/** For how long a client stays with the group it got, in seconds; 0 where each request is dealt anew. */
export function stickinessOf(rule: Rule): number {
  const forward = rule.actions.find(({ Type }) => Type === 'forward')
  const stickiness = forward?.ForwardConfig?.TargetGroupStickinessConfig
  return stickiness?.Enabled === true ? (stickiness.DurationSeconds ?? 0) : 0
}

/** False also where one of the groups is no longer there. */
export function hasWeights(rule: Rule, groups: Groups, weights: Weights): boolean {
  const arns = forwardedGroups(rule).map(({ TargetGroupArn }) => TargetGroupArn)
  if (!arns.includes(groups.existing) || !arns.includes(groups.function)) return false
  return areEqual(weightsOf(rule, groups), weights)
}

/** The rule's actions with other weights: order, stickiness, further groups and sign-in stay as they are. */
export function withWeights(rule: Rule, groups: Groups, weights: Weights): Rule {
  const reweigh = (config: ForwardActionConfig): ForwardActionConfig => ({
    ...config,
    TargetGroups: (config.TargetGroups ?? []).map((group) => {
      if (group.TargetGroupArn === groups.existing) return { ...group, Weight: weights.existing }
      if (group.TargetGroupArn === groups.function) return { ...group, Weight: weights.function }
      return group
    }),
  })
  const actions = rule.actions.map((action) =>
    action.Type === 'forward' && action.ForwardConfig !== undefined
      ? { ...action, ForwardConfig: reweigh(action.ForwardConfig) }
      : action,
  )
  return { ...rule, actions }
}

/**
 * The actions as ModifyRule takes them. AWS never tells an OpenID Connect client's secret, and refuses the action without
 * one unless it is told to keep it.
 */
export function toWritableActions(rule: Rule): Action[] {
  return rule.actions.map((action) =>
    action.AuthenticateOidcConfig === undefined
      ? action
      : {
          ...action,
          AuthenticateOidcConfig: {
            ...action.AuthenticateOidcConfig,
            UseExistingClientSecret: true,
          },
        },
  )
}
