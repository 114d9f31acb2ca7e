import { readRule } from '../aws/rules.js'
import { CutOverError, toReason } from '../cut-over-error.js'
import { EXIT } from '../exit-codes.js'
import type { Groups, Rule } from '../rule/rule.js'
import { reading, type Session, throwIfStopped } from '../session.js'
import type { Step } from '../state/state.js'
import { changedBySomebody, isRuleGone, isSameRule } from '../write-failure.js'
import { judge, type Judgement } from './judge.js'
import type { Limits } from './limits.js'
import { observe } from './observe.js'

export interface Watched {
  /** As it was written, and must stay. */
  readonly rule: Rule
  readonly groups: Groups
  readonly step: Step
  /** From when on errors count. */
  readonly from: number
  /** Throws when another run of this command has taken over. */
  readonly throwIfTakenOver: () => Promise<void>
}

export type WatchEnd =
  | { readonly kind: 'passed'; readonly judgement: Judgement }
  | { readonly kind: 'bad'; readonly reasons: readonly string[] }
  | { readonly kind: 'quiet'; readonly requests: number }
  | { readonly kind: 'blind'; readonly reason: string }

/** Looks until the time is over or something speaks against the step. Changes nothing. */
export async function watch(session: Session, watched: Watched, limits: Limits): Promise<WatchEnd> {
  const { clock, stop } = session
  const { startedAt } = watched.step
  const until = startedAt + limits.watchMs + limits.metricDelayMs
  let failures = 0
  for (;;) {
    throwIfStopped(session)
    // The look that passes a step begins after the time is over: what came last is in it.
    const lookedAt = clock.now()
    try {
      const judgement = await look(session, watched, limits)
      failures = 0
      if (judgement.reasons.length > 0) return { kind: 'bad', reasons: judgement.reasons }
      if (lookedAt >= until) return toEnd(judgement, limits)
    } catch (error) {
      throwIfStopped(session)
      if (error instanceof CutOverError && error.exitCode === EXIT.changed) throw error
      failures++
      const message = `Look ${failures} of ${limits.maxReadFailures} failed: ${toReason(error)}`
      session.report({ event: 'note', level: 'warning', message })
      if (failures >= limits.maxReadFailures) return { kind: 'blind', reason: toReason(error) }
    }
    const left = until - clock.now()
    await clock.sleep(left > 0 ? Math.min(limits.intervalMs, left) : limits.intervalMs, stop)
  }
}

async function look(session: Session, watched: Watched, limits: Limits): Promise<Judgement> {
  const { rule, groups, step, from } = watched
  const { clock, aws, stop } = session
  await watched.throwIfTakenOver()
  const now = await reading(session, readRule(aws, rule.ruleArn, stop)).catch((error: unknown) => {
    if (!isRuleGone(error)) throw error
    throw new CutOverError(EXIT.changed, 'The rule is gone: somebody deleted it.', { cause: error })
  })
  if (!isSameRule(now, rule)) throw changedBySomebody(rule, now, groups)

  const observation = await reading(session, observe(session, rule, groups, limits, from))
  const time = clock.now()
  const times = { from, stepStartedAt: step.startedAt, now: time }
  const judgement = judge(observation, limits, times)
  session.report({
    event: 'watch',
    percent: step.percent,
    elapsedMs: time - step.startedAt,
    totalMs: limits.watchMs + limits.metricDelayMs,
    requests: judgement.requests,
    errors: judgement.errors,
    errorRate: judgement.errorRate,
    counts: judgement.counts,
    alarms: observation.alarms,
    health: observation.health,
  })
  return judgement
}

function toEnd(judgement: Judgement, { minRequests, whenQuiet }: Limits): WatchEnd {
  const isQuiet = judgement.requests < minRequests && whenQuiet === 'hold'
  return isQuiet ? { kind: 'quiet', requests: judgement.requests } : { kind: 'passed', judgement }
}
