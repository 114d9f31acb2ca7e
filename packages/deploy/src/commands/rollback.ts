import type { End } from '../end.js'
import { EXIT } from '../exit-codes.js'
import type { Located } from '../locate.js'
import { stickinessOf, weightsOf, withWeights } from '../rule/rule.js'
import { ALL_TO_EXISTING, describeWeights, haveSameShare } from '../rule/weights.js'
import { toCommandLine } from '../rule/write-call.js'
import { rollBack } from '../roll-back.js'
import { reading, type Session } from '../session.js'
import { Journal, readStateOf } from '../state/journal.js'

export interface RollbackOptions {
  readonly yes: boolean
}

/** The `rollback` command: one call that sets the weights of before, or 100 to 0 where nothing was noted. */
export async function rollback(
  session: Session,
  { rule, groups }: Located,
  options: RollbackOptions,
): Promise<End> {
  const state = await reading(session, readStateOf(session.stateFile, rule, groups))
  const journal =
    state === undefined
      ? undefined
      : new Journal(session.stateFile, session.clock, session.report, state)
  const current = weightsOf(rule, groups)
  session.position.weights = current
  const target = state?.original ?? ALL_TO_EXISTING
  session.report({
    event: 'plan',
    rule: rule.ruleArn,
    isDefault: rule.isDefault,
    groups,
    weights: current,
    stickinessSeconds: stickinessOf(rule),
    steps: [],
    rollbackTo: target,
    rollbackCall: toCommandLine(withWeights(rule, groups, target), session.cliOptions),
    watchMs: 0,
    dryRun: !options.yes,
  })
  if (haveSameShare(current, target)) {
    // A run that watches must not go on to its next step all the same.
    if (options.yes && journal !== undefined) {
      await journal.tryNote({
        runner: session.runner,
        written: current,
        pending: undefined,
        step: undefined,
        passed: undefined,
        sequenceStartedAt: undefined,
        status: 'rolled-back',
      })
    }
    return {
      exitCode: EXIT.done,
      message: `Nothing to do: the rule has ${describeWeights(current)}.`,
      weights: current,
    }
  }
  if (!options.yes) {
    return {
      exitCode: EXIT.done,
      message: 'A dry run: nothing was changed. Add --yes to roll back.',
      weights: current,
    }
  }
  await rollBack(session, rule, groups, target, journal, true)
  return {
    exitCode: EXIT.done,
    message: `Rolled back: the rule has ${describeWeights(target)}.`,
    weights: target,
  }
}
