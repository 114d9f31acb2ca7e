import type { Rule } from '../definition.js'
import type { JsonValue } from './json-value.js'
import { type ActionContext, readActions } from './read-action.js'
import { readCondition } from './read-condition.js'
import { readTransforms } from './read-transform.js'

const MAX_PRIORITY = 50_000
const MEMBERS = ['RuleArn', 'Priority', 'Conditions', 'Actions', 'Transforms', 'IsDefault']

/**
 * Reads what `aws elbv2 describe-rules` prints, or a part of it that was written by hand: an array of rules. Without a
 * `Priority` rules are evaluated in the order in which they stand, and one without `Conditions` is the default rule.
 *
 * @returns the rules in order of evaluation, the default rule last
 * @throws {ConfigurationError}
 */
export function readRules(json: JsonValue, context: ActionContext): readonly Rule[] {
  const list = json.isObject ? json.at('Rules') : json
  const read = list.items().map((item, index) => ({ item, rule: readRule(item, index, context) }))
  const seen = new Set<Rule['priority']>()
  for (const { item, rule } of read) {
    if (seen.has(rule.priority)) {
      throw rule.priority === 'default'
        ? item.wrong('there is a default rule already; give this one a Priority and Conditions')
        : item
            .at('Priority')
            .wrong(`another rule has the priority ${rule.priority}; each needs its own`)
    }
    seen.add(rule.priority)
  }
  if (!seen.has('default')) {
    throw list.wrong('it has no default rule; add one without Conditions: { "Actions": [ … ] }')
  }
  return read.map(({ rule }) => rule).toSorted((a, b) => rank(a) - rank(b))
}

function rank({ priority }: Rule): number {
  return priority === 'default' ? Number.POSITIVE_INFINITY : priority
}

function readRule(json: JsonValue, index: number, context: ActionContext): Rule {
  for (const [name] of json.entries()) {
    if (!MEMBERS.includes(name)) {
      context.warn(
        `${json.path}.${name} is not known and has no effect; a rule has ${MEMBERS.join(', ')}`,
      )
    }
  }
  const priority = readPriority(json, index)
  const conditions = json.at('Conditions')
  const transforms = json.at('Transforms')
  if (priority === 'default') {
    for (const member of [conditions, transforms]) {
      if (member.items().length > 0) throw member.wrong('the default rule has none; take them out')
    }
  } else if (conditions.items().length === 0) {
    throw conditions.wrong('every rule but the default rule needs a condition')
  }
  const arn = json.at('RuleArn')
  return {
    priority,
    ...(!arn.isAbsent && { arn: arn.text() }),
    conditions: conditions.items().map(readCondition),
    action: readActions(json.at('Actions'), context),
    ...(transforms.items().length > 0 && { transforms: readTransforms(transforms) }),
  }
}

function readPriority(json: JsonValue, index: number): Rule['priority'] {
  const priority = json.at('Priority')
  if (priority.value === 'default') return 'default'
  if (!priority.isAbsent) return priority.integer(1, MAX_PRIORITY)
  const isDefault = json.at('IsDefault')
  const saysSo = !isDefault.isAbsent && isDefault.flag()
  return saysSo || json.at('Conditions').items().length === 0 ? 'default' : index + 1
}
