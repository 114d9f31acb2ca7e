import { readRule, writeActions } from './aws/rules.js'
import { CutOverError, toReason } from './cut-over-error.js'
import { EXIT } from './exit-codes.js'
import type { Purpose } from './report/event.js'
import { fingerprint, structure } from './rule/fingerprint.js'
import { type Groups, hasWeights, type Rule, weightsOf, withWeights } from './rule/rule.js'
import { describeWeights, type Weights } from './rule/weights.js'
import { toCommandLine } from './rule/write-call.js'
import { reading, type Session, throwIfStopped } from './session.js'
import { verifyWritten } from './verify.js'
import { changedBySomebody, isRefusedByAws, isRuleGone } from './write-failure.js'

export interface Write {
  readonly purpose: Purpose
  /** The rule as it must still be. */
  readonly base: Rule
  readonly groups: Groups
  readonly weights: Weights
  /** Whether other weights than the base's are no reason to refuse, as long as all else is the same. */
  readonly fromAnyWeights: boolean
  /** Runs once, after the rule was found unchanged and before the first attempt. The write is not made if it throws. */
  readonly beforeFirstAttempt: () => Promise<void>
}

/** For a shift a few attempts in some seconds; a rollback does not give up for about ten minutes. */
const ATTEMPTS: Readonly<Record<Purpose, number>> = { shift: 3, rollback: 45 }
const LONGEST_PAUSE_MS = 15_000

/**
 * Writes the weights. Before each attempt the rule is read and compared with what it must be, so that nobody's change is
 * written over and an attempt that failed but worked is seen; afterwards it is read again.
 *
 * @returns the rule as it is now
 */
export async function writeWeights(session: Session, write: Write): Promise<Rule> {
  const { groups, weights, purpose } = write
  let { base } = write
  let failure: unknown
  let attemptsLeft = ATTEMPTS[purpose]
  for (let attempt = 0; ; attempt++) {
    const isFirst = attempt === 0
    if (!isFirst) await pause(session, purpose, attempt)
    const now = await readBefore(session, { ...write, base }, isFirst, attemptsLeft > 0)
    if (now === undefined) {
      attemptsLeft--
      continue
    }
    if (write.fromAnyWeights && structure(now) === structure(base)) base = now
    if ((!isFirst || write.fromAnyWeights) && hasWeights(now, groups, weights)) {
      return settled(session, write, now)
    }
    if (fingerprint(now) !== fingerprint(base)) throw changedBySomebody(base, now, groups)
    if (attemptsLeft <= 0) throw notWritten(session, { ...write, base }, failure)
    // Nothing of an earlier attempt is there.
    session.position.pending = undefined
    if (purpose === 'shift') throwIfStopped(session)
    if (isFirst) await write.beforeFirstAttempt()

    const wanted = withWeights(base, groups, weights)
    const call = toCommandLine(wanted, session.cliOptions)
    session.report({ event: 'call', purpose, call })
    session.position.pending = weights
    attemptsLeft--
    try {
      const answer = await writeActions(session.aws, wanted)
      return settled(session, write, await verifyWritten(session, { ...write, base }, answer))
    } catch (error) {
      if (error instanceof CutOverError) throw error
      failure = error
      if (isRefusedByAws(error)) attemptsLeft = 0
      session.report({
        event: 'note',
        level: 'warning',
        message: `The call failed (${toReason(error)}). Reading the rule to see whether it worked all the same.`,
      })
    }
  }
}

/** @returns undefined where it could not be read, and there is time to try again */
async function readBefore(
  session: Session,
  { base, purpose, weights, groups }: Write,
  isFirst: boolean,
  mayTryAgain: boolean,
): Promise<Rule | undefined> {
  const isShift = purpose === 'shift'
  try {
    const signal = isShift && isFirst ? session.stop : undefined
    const work = readRule(session.aws, base.ruleArn, signal)
    return await (isShift && isFirst ? reading(session, work) : work)
  } catch (error) {
    if (isRuleGone(error)) {
      throw new CutOverError(EXIT.changed, 'The rule is gone: somebody deleted it.', {
        cause: error,
      })
    }
    // Nothing was written yet.
    if (isShift && isFirst) throw error
    const reason = toReason(error)
    if (mayTryAgain) {
      const message = `The rule cannot be read (${reason}). Trying again.`
      session.report({ event: 'note', level: 'warning', message })
      return undefined
    }
    const before = describeWeights(weightsOf(base, groups))
    throw new CutOverError(
      EXIT.actNow,
      `What the rule is now could not be told (${reason}). It has either the weights of before, ${before}, or those of the call: ${describeWeights(weights)}. Look at it, and roll back by hand where needed: ${session.rollbackCommand}`,
      { cause: error },
    )
  }
}

async function pause({ clock, stop }: Session, purpose: Purpose, attempt: number): Promise<void> {
  const ms = Math.min(1_000 * 2 ** (attempt - 1), LONGEST_PAUSE_MS)
  // Ctrl-C ends a shift, once the rule was read again; a rollback is what one wants then.
  await clock.sleep(ms, purpose === 'shift' ? stop : undefined)
}

function settled(session: Session, { weights, purpose }: Write, rule: Rule): Rule {
  session.position.pending = undefined
  session.position.weights = weights
  session.position.hasWritten = true
  session.report({ event: 'written', purpose, weights })
  return rule
}

function notWritten(session: Session, { purpose, base, groups }: Write, failure: unknown): Error {
  session.position.pending = undefined
  const still = `The rule still has: ${describeWeights(weightsOf(base, groups))}.`
  const reason = toReason(failure)
  if (purpose === 'shift') {
    return new CutOverError(EXIT.failed, `The weights could not be written: ${reason}. ${still}`, {
      cause: failure,
    })
  }
  return new CutOverError(
    EXIT.actNow,
    `NOT ROLLED BACK: ${reason}. ${still} Roll back by hand: ${session.rollbackCommand}`,
    { cause: failure },
  )
}
