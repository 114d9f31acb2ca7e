import { readRule } from './aws/rules.js'
import { CutOverError, toReason } from './cut-over-error.js'
import { EXIT } from './exit-codes.js'
import { fingerprint } from './rule/fingerprint.js'
import { type Groups, hasWeights, type Rule, weightsOf, withWeights } from './rule/rule.js'
import { describeWeights, type Weights } from './rule/weights.js'
import type { Session } from './session.js'
import { changedBySomebody } from './write-failure.js'

interface Written {
  readonly base: Rule
  readonly groups: Groups
  readonly weights: Weights
}

/** Reading may show the old state for a moment after AWS has accepted the new one. */
const DELAYS_MS = [0, 500, 1_000, 2_000, 4_000]

/**
 * Reads the rule after AWS has accepted a write, until it is there.
 *
 * @param answer the rule as AWS answered the write
 */
export async function verifyWritten(
  session: Session,
  { base, groups, weights }: Written,
  answer: Rule,
): Promise<Rule> {
  const wanted = withWeights(base, groups, weights)
  let failure: unknown
  for (const delay of DELAYS_MS) {
    if (delay > 0) await session.clock.sleep(delay)
    let now: Rule
    try {
      now = await readRule(session.aws, base.ruleArn)
    } catch (error) {
      failure = error
      continue
    }
    failure = undefined
    if (fingerprint(now) === fingerprint(wanted)) return now
    // AWS may write some detail otherwise than it was given.
    const answered = fingerprint({ ...base, actions: answer.actions })
    if (fingerprint(now) === answered && hasWeights(now, groups, weights)) return now
    if (fingerprint(now) !== fingerprint(base)) throw changedBySomebody(wanted, now, groups)
  }
  if (failure === undefined) {
    const before = describeWeights(weightsOf(base, groups))
    throw new CutOverError(
      EXIT.changed,
      `AWS accepted ${describeWeights(weights)}, but the rule still shows ${before}: somebody may have set it back. It stays as it is.`,
    )
  }
  session.report({
    event: 'note',
    level: 'warning',
    message: `AWS accepted the weights, but the rule could not be read again (${toReason(failure)}).`,
  })
  return answer
}
