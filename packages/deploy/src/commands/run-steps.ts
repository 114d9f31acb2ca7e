import { CutOverError } from '../cut-over-error.js'
import type { End } from '../end.js'
import { EXIT } from '../exit-codes.js'
import { type Groups, type Rule, weightsOf } from '../rule/rule.js'
import { describeWeights, shareOf } from '../rule/weights.js'
import { rollBack } from '../roll-back.js'
import type { Session } from '../session.js'
import type { Journal } from '../state/journal.js'
import { acquireLock } from '../state/lock.js'
import type { Step } from '../state/state.js'
import type { PlannedWeights } from './steps.js'
import type { Limits } from '../watch/limits.js'
import { watch, type WatchEnd } from '../watch/watch.js'
import { writeWeights } from '../write.js'

const LOCK_PATIENCE_MS = 60_000
/** CloudWatch keeps counts by the minute for 15 days. */
const KEPT_MS = 14 * 24 * 60 * 60_000

interface Work {
  readonly rule: Rule
  readonly groups: Groups
  readonly steps: readonly PlannedWeights[]
}

export async function runSteps(
  session: Session,
  journal: Journal,
  { rule: found, groups, steps }: Work,
  limits: Limits,
): Promise<End> {
  let rule = found
  for (const planned of steps) {
    const begun = await beginStep(session, journal, rule, groups, planned, limits)
    rule = begun.rule
    // Nothing to see where the function gets no request.
    if (limits.watchMs > 0 && planned.percent > 0) {
      const { step } = begun
      const watched = {
        rule,
        groups,
        step,
        from: Math.max(
          journal.state.sequenceStartedAt ?? step.startedAt,
          step.startedAt - limits.windowMs,
          session.clock.now() - KEPT_MS,
        ),
        throwIfTakenOver: () => journal.throwIfTakenOver(),
      }
      const ended = await watch(session, watched, limits)
      if (ended.kind !== 'passed') return endStep(session, journal, rule, groups, ended, limits)
    }
    await journal.tryNote({ status: 'passed', passed: planned.percent })
  }
  const weights = weightsOf(rule, groups)
  const after = limits.watchMs > 0 ? 'Done' : 'Done, and not watched'
  return {
    exitCode: EXIT.done,
    message: `${after}: the rule has ${describeWeights(weights)}.`,
    weights,
  }
}

/** Writes the step's weights where they are not there yet. */
async function beginStep(
  session: Session,
  journal: Journal,
  rule: Rule,
  groups: Groups,
  { percent, weights, isWritten, startedAt }: PlannedWeights,
  { watchMs }: Limits,
): Promise<{ readonly rule: Rule; readonly step: Step }> {
  const step = { percent, startedAt: startedAt ?? session.clock.now(), watchMs }
  const sequenceStartedAt = journal.state.sequenceStartedAt ?? step.startedAt
  if (!isWritten) {
    await journal.note({ step, sequenceStartedAt, status: 'watching' })
    return { rule, step }
  }
  const release = await acquireLock(`${session.stateFile}.lock`, session.clock, LOCK_PATIENCE_MS)
  if (release === undefined) {
    throw new CutOverError(
      EXIT.changed,
      `Another run of this command is writing the rule, and does not end (${session.stateFile}.lock). This one ends without a further change.`,
    )
  }
  try {
    // Another run that was waited for may have taken over.
    await journal.throwIfTakenOver()
    const written = await writeWeights(session, {
      purpose: 'shift',
      base: rule,
      groups,
      weights,
      fromAnyWeights: false,
      beforeFirstAttempt: async () =>
        await journal.note({ step, sequenceStartedAt, status: 'shifting', pending: weights }),
    })
    await journal.tryNote({ written: weights, pending: undefined, status: 'watching' })
    return { rule: written, step }
  } finally {
    await release()
  }
}

async function endStep(
  session: Session,
  journal: Journal,
  rule: Rule,
  groups: Groups,
  ended: Exclude<WatchEnd, { kind: 'passed' }>,
  limits: Limits,
): Promise<End> {
  const weights = weightsOf(rule, groups)
  const has = `The rule has ${describeWeights(weights)}`
  if (ended.kind === 'quiet') {
    await journal.tryNote({ status: 'held' })
    const message = `Too few requests to judge: ${ended.requests} of ${limits.minRequests} (--min-requests). ${has} and is not watched any more. Run the same command again to go on, with a smaller --min-requests or --when-quiet continue if that is all there is. Roll back: ${session.rollbackCommand}`
    return { exitCode: EXIT.held, message, weights }
  }
  if (ended.kind === 'blind' && limits.whenBlind === 'stop') {
    throw new CutOverError(
      EXIT.failed,
      `Nothing can be seen: ${ended.reason}. ${has} and is not watched any more. Roll back: ${session.rollbackCommand}`,
    )
  }
  const reasons =
    ended.kind === 'blind' ? [`nothing can be seen: ${ended.reason}`] : [...ended.reasons]
  const why = reasons.join('; ')
  const target = journal.state.original
  if ((shareOf(target) ?? 0) >= (shareOf(weights) ?? 0)) {
    throw new CutOverError(
      EXIT.actNow,
      `Something is wrong: ${why}. ${has}. It was not rolled back, since that would give the function no less: ${describeWeights(target)}. To take all from it: shift --to 0.`,
    )
  }
  session.report({ event: 'note', level: 'warning', message: `Rolling back: ${why}.` })
  await rollBack(session, rule, groups, target, journal, false)
  return {
    exitCode: EXIT.rolledBack,
    message: `Rolled back to ${describeWeights(target)}, because ${why}.`,
    weights: target,
  }
}
