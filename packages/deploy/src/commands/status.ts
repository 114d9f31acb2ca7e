import { readAlarms, type AlarmNames } from '../aws/alarms.js'
import { sum } from '../aws/counts.js'
import { readMetrics } from '../aws/metrics.js'
import { canServe, describeHealth, readHealth, readTargetTypes } from '../aws/target-groups.js'
import { toReason } from '../cut-over-error.js'
import type { End } from '../end.js'
import { EXIT } from '../exit-codes.js'
import type { Located } from '../locate.js'
import { describeConditions } from '../rule/describe-conditions.js'
import { stickinessOf, weightsOf } from '../rule/rule.js'
import { areEqual, describeWeights } from '../rule/weights.js'
import { reading, type Session } from '../session.js'
import { readStateOf } from '../state/journal.js'
import { findFunction } from '../watch/observe.js'

export interface StatusOptions {
  readonly alarms: AlarmNames
  readonly windowMs: number
}

/** The `status` command: all that shift looks at, once. It changes nothing, the state file included. */
export async function status(
  session: Session,
  { rule, groups }: Located,
  options: StatusOptions,
): Promise<End> {
  const { aws, clock, stop } = session
  const weights = weightsOf(rule, groups)
  session.position.weights = weights
  const arns = [groups.existing, groups.function]
  const [types, existing, own, alarms] = await reading(
    session,
    Promise.all([
      readTargetTypes(aws, arns, stop),
      readHealth(aws, groups.existing, stop),
      readHealth(aws, groups.function, stop),
      readAlarms(aws, options.alarms, stop),
    ]),
  )
  const functionArn = findFunction(own)
  const to = clock.now()
  const from = to - options.windowMs
  const sources = { rule, groups, functionArn }
  const minutes = await reading(session, readMetrics(aws, sources, from, to, stop))

  const warnings: string[] = []
  if (!canServe(own)) warnings.push(`The function's group cannot serve: ${describeHealth(own)}.`)
  if (!canServe(existing)) {
    warnings.push(`The existing group cannot serve: ${describeHealth(existing)}.`)
  }
  const state = await readStateOf(session.stateFile, rule, groups).catch((error: unknown) => {
    warnings.push(toReason(error))
    return undefined
  })
  const ours = [state?.written, state?.pending, state?.written ?? state?.original]
  if (state !== undefined && !ours.some((one) => one !== undefined && areEqual(one, weights))) {
    const left = describeWeights(state.written ?? state.original)
    warnings.push(`The rule was changed by somebody else: this command left it with ${left}.`)
  }
  session.report({
    event: 'status',
    rule: rule.ruleArn,
    priority: rule.priority,
    isDefault: rule.isDefault,
    conditions: describeConditions(rule),
    groups,
    types: Object.fromEntries(types),
    weights,
    stickinessSeconds: stickinessOf(rule),
    health: { existing, function: own },
    functionArn,
    counts: sum(minutes, -Infinity, Infinity),
    windowMs: options.windowMs,
    alarms,
    noted: state === undefined ? undefined : { original: state.original, status: state.status },
    warnings,
  })
  const message = `The rule has ${describeWeights(weights)}.`
  return { exitCode: EXIT.done, message, weights }
}
