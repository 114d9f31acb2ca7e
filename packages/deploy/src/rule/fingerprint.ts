import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Rule } from './rule.js'

/** All of a rule that can be changed, as one text: two rules that do the same have the same. */
export function fingerprint(rule: Rule): string {
  return canonical({
    priority: rule.priority,
    conditions: asSet(rule.conditions),
    transforms: asSet(rule.transforms),
    actions: inOrder(rule.actions).map((action) => plain(action, rule.actions.length)),
  })
}

/** The same without the weights: changes when anything but a weight does. */
export function structure(rule: Rule): string {
  const actions = rule.actions.map((action) => ({
    ...action,
    ...(action.ForwardConfig === undefined
      ? {}
      : {
          ForwardConfig: {
            ...action.ForwardConfig,
            TargetGroups: (action.ForwardConfig.TargetGroups ?? []).map(({ TargetGroupArn }) => ({
              TargetGroupArn,
            })),
          },
        }),
  }))
  return fingerprint({ ...rule, actions })
}

function inOrder(actions: readonly Action[]): readonly Action[] {
  return actions.toSorted((left, right) => (left.Order ?? 0) - (right.Order ?? 0))
}

/** AWS's calls differ in whether they tell these: the number of an only action, and stickiness that is off. */
function plain(action: Action, count: number): object {
  const { Order, TargetGroupArn, ForwardConfig, ...rest } = action
  const order = count === 1 ? {} : { Order }
  if (ForwardConfig === undefined) return { ...rest, ...order, TargetGroupArn }
  const { TargetGroups = [], TargetGroupStickinessConfig: stickiness, ...others } = ForwardConfig
  return {
    ...rest,
    ...order,
    ForwardConfig: {
      ...others,
      TargetGroups: asSet(TargetGroups),
      ...(stickiness?.Enabled === true ? { stickiness } : {}),
    },
  }
}

function asSet(items: readonly object[]): readonly object[] {
  return items.toSorted((left, right) => (canonical(left) < canonical(right) ? -1 : 1))
}

/** JSON with sorted names; lists of words sorted, too, since a condition's values have no order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown): unknown => {
    if (Array.isArray(inner)) {
      const items: readonly unknown[] = inner
      return items.every((item) => typeof item === 'string') ? items.toSorted() : items
    }
    if (typeof inner !== 'object' || inner === null) return inner
    return Object.fromEntries(
      Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)),
    )
  })
}
