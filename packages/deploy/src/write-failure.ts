import { CutOverError } from './cut-over-error.js'
import { EXIT } from './exit-codes.js'
import { fingerprint, structure } from './rule/fingerprint.js'
import { type Groups, type Rule, weightsOf } from './rule/rule.js'
import { describeWeights, type Weights } from './rule/weights.js'

/** The rule is not what it was when it was read or written last. */
export function changedBySomebody(base: Rule, now: Rule, groups: Groups): CutOverError {
  return new CutOverError(
    EXIT.changed,
    `The rule was changed by somebody else: ${describeChange(base, now, groups)} It stays as it is.`,
    { weights: weightsIn(now, groups) },
  )
}

export function isSameRule(left: Rule, right: Rule): boolean {
  return fingerprint(left) === fingerprint(right)
}

function weightsIn(rule: Rule, groups: Groups): Weights | undefined {
  try {
    return weightsOf(rule, groups)
  } catch {
    // One of the groups is no longer there.
    return undefined
  }
}

function describeChange(base: Rule, now: Rule, groups: Groups): string {
  if (structure(base) !== structure(now)) {
    const parts = (['priority', 'conditions', 'actions', 'transforms'] as const).filter(
      (part) => JSON.stringify(base[part]) !== JSON.stringify(now[part]),
    )
    return `its ${parts.join(' and ') || 'definition'} changed.`
  }
  const [before, after] = [base, now].map((rule) => describeWeights(weightsOf(rule, groups)))
  return `it had ${before ?? ''} and has ${after ?? ''} now.`
}

export function isRuleGone(error: unknown): boolean {
  // The class has this name, the code on the wire is RuleNotFound.
  return error instanceof Error && error.name.startsWith('RuleNotFound')
}

/** Answers with which another attempt of the same call can fare better. */
const PASSING =
  /throttl|toomanyrequests|requestlimit|slowdown|timeout|expiredtoken|priorrequestnotcomplete/i

/**
 * Whether AWS has understood the call and will not do it, as for want of a permission. Another attempt would bring the same
 * answer, and this one has certainly changed nothing.
 */
export function isRefusedByAws(error: unknown): boolean {
  if (!(error instanceof Error) || PASSING.test(error.name)) return false
  if (!('$metadata' in error)) return false
  const { $metadata } = error
  if (typeof $metadata !== 'object' || $metadata === null) return false
  const status = 'httpStatusCode' in $metadata ? Number($metadata.httpStatusCode) : 0
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}
