import { toReason } from './cut-over-error.js'
import type { Groups, Rule } from './rule/rule.js'
import type { Weights } from './rule/weights.js'
import type { Session } from './session.js'
import type { Journal } from './state/journal.js'
import { acquireLock } from './state/lock.js'
import { writeWeights } from './write.js'

const LOCK_PATIENCE_MS = 30_000

/**
 * Writes the weights of before. Nothing but the rule itself can keep it from that: neither a state file that cannot be
 * written nor another run that holds the lock and does not end.
 *
 * @param base the rule as it must still be
 * @param journal undefined where nothing was ever noted
 * @param fromAnyWeights whether weights that changed meanwhile keep nobody from it: for those who ask for it themselves
 */
export async function rollBack(
  session: Session,
  base: Rule,
  groups: Groups,
  weights: Weights,
  journal: Journal | undefined,
  fromAnyWeights: boolean,
): Promise<Rule> {
  const release = await tryToLock(session)
  try {
    const rule = await writeWeights(session, {
      purpose: 'rollback',
      base,
      groups,
      weights,
      fromAnyWeights,
      beforeFirstAttempt: async () =>
        await journal?.tryNote({ runner: session.runner, status: 'shifting', pending: weights }),
    })
    await journal?.tryNote({
      runner: session.runner,
      written: weights,
      pending: undefined,
      step: undefined,
      passed: undefined,
      sequenceStartedAt: undefined,
      status: 'rolled-back',
    })
    return rule
  } finally {
    await release?.()
  }
}

async function tryToLock({
  stateFile,
  clock,
  report,
}: Session): Promise<(() => Promise<void>) | undefined> {
  let reason = 'another run holds it and does not end'
  try {
    const release = await acquireLock(`${stateFile}.lock`, clock, LOCK_PATIENCE_MS)
    if (release !== undefined) return release
  } catch (error) {
    reason = toReason(error)
  }
  report({ event: 'note', level: 'warning', message: `Rolling back without the lock: ${reason}.` })
  return undefined
}
