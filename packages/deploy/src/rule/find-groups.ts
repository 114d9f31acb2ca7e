import { refusal } from '../cut-over-error.js'
import { forwardedGroups, type Groups, type Rule } from './rule.js'

/** What the user said of the groups. */
export interface ExpectedGroups {
  readonly existing: string | undefined
  readonly function: string | undefined
}

/**
 * Which of the rule's groups is which. Where the user does not say, the function's is the one whose targets are Lambda
 * functions. Groups beside the two may be there with weight 0, and stay.
 *
 * @param types the target type of each group by its ARN
 */
export function findGroups(
  rule: Rule,
  types: ReadonlyMap<string, string>,
  expected: ExpectedGroups,
): Groups {
  const tuples = forwardedGroups(rule)
  const arns = tuples.flatMap(({ TargetGroupArn = '' }) => TargetGroupArn)
  if (arns.length === 0) {
    const kinds = rule.actions.map(({ Type = 'unknown' }) => Type).join(', ')
    throw refusal(`The rule does not forward to target groups: its action is ${kinds || 'none'}.`)
  }
  for (const arn of [expected.existing, expected.function]) {
    if (arn !== undefined && !arns.includes(arn)) {
      throw refusal(`The rule does not forward to ${arn}, but to ${arns.join(' and ')}.`)
    }
  }
  if (arns.length === 1) {
    throw refusal(
      `The rule forwards to one target group only (${arns.join('')}). This command changes weights; add the other group with weight 0 first, as the deployment's rule does.`,
    )
  }
  const own =
    expected.function ??
    onlyOne(
      arns.filter((arn) => arn !== expected.existing && types.get(arn) === 'lambda'),
      `Of the rule's target groups not exactly one has a Lambda function as its target: name it with --function-group. They are ${listed(arns, types)}.`,
    )
  const existing =
    expected.existing ??
    onlyOne(
      tuples
        .filter(({ TargetGroupArn }) => TargetGroupArn !== own)
        .filter(({ Weight }, _index, others) => others.length === 1 || Weight !== 0)
        .flatMap(({ TargetGroupArn = '' }) => TargetGroupArn),
      `The rule has several groups beside the function's: name the one that has the traffic with --existing-group. They are ${listed(arns, types)}.`,
    )
  if (existing === own) throw refusal('Both groups are the same: name two different ones.')
  const third = tuples.find(
    ({ TargetGroupArn, Weight }) =>
      TargetGroupArn !== existing && TargetGroupArn !== own && Weight !== 0,
  )
  if (third !== undefined) {
    throw refusal(
      `The rule forwards to a third target group as well: ${third.TargetGroupArn ?? ''} with weight ${third.Weight ?? 1}. Set it to 0 first: shares would not be what they seem.`,
    )
  }
  return { existing, function: own }
}

function onlyOne(arns: readonly string[], otherwise: string): string {
  const [arn, ...others] = arns
  if (arn === undefined || others.length > 0) throw refusal(otherwise)
  return arn
}

function listed(arns: readonly string[], types: ReadonlyMap<string, string>): string {
  return arns.map((arn) => `${arn} (${types.get(arn) ?? 'unknown'})`).join(', ')
}
