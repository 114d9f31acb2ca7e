import { CutOverError, refusal } from '../cut-over-error.js'
import type { End } from '../end.js'
import { EXIT } from '../exit-codes.js'
import type { Located } from '../locate.js'
import { preflight, refuseSwappedGroups } from './preflight.js'
import { type Groups, type Rule, stickinessOf, weightsOf, withWeights } from '../rule/rule.js'
import { areEqual, describeWeights, shareOf, type Weights } from '../rule/weights.js'
import { toCommandLine } from '../rule/write-call.js'
import { runSteps } from './run-steps.js'
import { reading, type Session } from '../session.js'
import { Journal, newState, readStateOf, throwIfActive } from '../state/journal.js'
import type { State } from '../state/state.js'
import { type Planned, planSteps } from './steps.js'
import type { Limits } from '../watch/limits.js'

export interface ShiftOptions {
  readonly yes: boolean
  /** The function's shares, one after the other. */
  readonly percents: readonly number[]
  readonly limits: Limits
  /** Goes on although the rule is not as this command left it. */
  readonly acceptChanges: boolean
  /** Goes on although another run seems to be at work. */
  readonly takeOver: boolean
}

/** The `shift` command: step by step to the last share, watched, and back where something is wrong. */
export async function shift(
  session: Session,
  { rule, groups }: Located,
  options: ShiftOptions,
): Promise<End> {
  const { stateFile, clock } = session
  const current = weightsOf(rule, groups)
  session.position.weights = current
  if (shareOf(current) === undefined) {
    throw refusal('Both weights are 0, so no request is served. Set those you want to begin from.')
  }
  await refuseSwappedGroups(session, groups)
  const found = await reading(session, readStateOf(stateFile, rule, groups))
  if (found !== undefined) throwIfActive(stateFile, found, options.takeOver)
  const state = checkAgainstRule(found, current, options.acceptChanges)
  const planned = planSteps(options.percents, current, state)
  const original = state?.original ?? current
  reportPlan(session, rule, groups, planned, original, options)

  const [first] = planned.steps
  if (first === undefined) {
    const message = `Nothing to do: the rule has ${describeWeights(current)}.`
    return { exitCode: EXIT.done, message, weights: current }
  }
  // A step that is gone on with is judged by the watch, which can roll back.
  if (first.isWritten && first.percent > (shareOf(current) ?? 0)) {
    await preflight(session, rule, groups, options.limits)
  }
  if (!options.yes) {
    const message = 'A dry run: nothing was changed. Add --yes to begin.'
    return { exitCode: EXIT.done, message, weights: current }
  }
  const begun = state ?? newState(rule, groups, original, session.runner, clock)
  const journal = new Journal(stateFile, clock, session.report, begun)
  await journal.note({
    runner: session.runner,
    status: 'shifting',
    written: current,
    pending: undefined,
  })
  try {
    return await runSteps(session, journal, { rule, groups, steps: planned.steps }, options.limits)
  } catch (error) {
    const isOthers = error instanceof CutOverError && error.exitCode === EXIT.changed
    // What is pending stays noted: a call that failed may still come to work.
    if (!isOthers || !(await isTakenOver(journal))) await journal.tryNote({ status: 'stopped' })
    throw error
  }
}

async function isTakenOver(journal: Journal): Promise<boolean> {
  return await journal.throwIfTakenOver().then(
    () => false,
    () => true,
  )
}

/** The rule says what is, the file which of that is ours. */
function checkAgainstRule(
  state: State | undefined,
  current: Weights,
  acceptChanges: boolean,
): State | undefined {
  if (state === undefined) return undefined
  const ours = [
    state.written ?? state.original,
    ...(state.pending === undefined ? [] : [state.pending]),
  ]
  if (ours.some((weights) => areEqual(weights, current))) return state
  if (acceptChanges) {
    const { step: _step, pending: _pending, passed: _passed, ...rest } = state
    return { ...rest, written: current, status: 'stopped' }
  }
  throw new CutOverError(
    EXIT.changed,
    `The rule was changed by somebody else: this command left it with ${ours.map(describeWeights).join(' or ')}, and it has ${describeWeights(current)}. It stays as it is. Go on from there with --accept-changes.`,
    { weights: current },
  )
}

function reportPlan(
  session: Session,
  rule: Rule,
  groups: Groups,
  planned: Planned,
  original: Weights,
  options: ShiftOptions,
): void {
  const callFor = (weights: Weights): string =>
    toCommandLine(withWeights(rule, groups, weights), session.cliOptions)
  session.report({
    event: 'plan',
    rule: rule.ruleArn,
    isDefault: rule.isDefault,
    groups,
    weights: weightsOf(rule, groups),
    stickinessSeconds: stickinessOf(rule),
    steps: planned.steps.map(({ percent, weights, isWritten }) => ({
      percent,
      weights,
      call: isWritten ? callFor(weights) : undefined,
    })),
    rollbackTo: original,
    rollbackCall: callFor(original),
    watchMs: options.limits.watchMs,
    dryRun: !options.yes,
  })
  for (const message of planned.notes) session.report({ event: 'note', level: 'info', message })
}
