import { type Counts, errorsOf, type Minute, MINUTE_MS, startOfMinute, sum } from '../aws/counts.js'
import { canServe, describeHealth } from '../aws/target-groups.js'
import { formatPercent } from '../rule/weights.js'
import type { Limits } from './limits.js'
import type { Observation } from './observe.js'

export interface Judgement {
  /** Why to roll back; empty where nothing speaks against the step. */
  readonly reasons: readonly string[]
  /** Requests and errors of the function's group since the step began. */
  readonly requests: number
  readonly errors: number
  /** The highest of all windows, 0 to 1. */
  readonly errorRate: number
  readonly counts: Counts
}

export interface Times {
  /** Windows begin here at the earliest. Errors that come late from the step before count as well. */
  readonly from: number
  readonly stepStartedAt: number
  readonly now: number
}

export function judge(observation: Observation, limits: Limits, times: Times): Judgement {
  const { minutes, alarms, health } = observation
  const reasons: string[] = []
  for (const { name, state, reason } of alarms) {
    if (state === 'ALARM') reasons.push(`the alarm ${name} fires: ${reason || 'no reason given'}`)
  }
  if (!canServe(health)) {
    reasons.push(`no target of the function's group can serve: ${describeHealth(health)}`)
  }
  let errorRate = 0
  for (const counts of windowsOf(minutes, limits.windowMs, times)) {
    const found = judgeWindow(counts, limits)
    errorRate = Math.max(errorRate, found.errorRate)
    if (found.reason !== undefined && !reasons.includes(found.reason)) reasons.push(found.reason)
  }
  const counts = sum(minutes, startOfMinute(times.stepStartedAt), Infinity)
  return {
    reasons,
    requests: counts.function.requests,
    errors: errorsOf(counts.function),
    errorRate,
    counts,
  }
}

/** The sums of all windows that end at a minute we have. */
function windowsOf(
  minutes: readonly Minute[],
  windowMs: number,
  { from }: Times,
): readonly Counts[] {
  const first = startOfMinute(from)
  const length = Math.max(windowMs, MINUTE_MS)
  return minutes
    .filter(({ at }) => at >= first)
    .map(({ at }) => sum(minutes, Math.max(first, at + MINUTE_MS - length), at + MINUTE_MS))
}

function judgeWindow(
  counts: Counts,
  limits: Limits,
): { readonly errorRate: number; readonly reason: string | undefined } {
  const { requests } = counts.function
  const { invocations, errors, throttles } = counts.lambda
  const group = rateOf(errorsOf(counts.function), requests, limits.minRequests)
  const lambda = rateOf(errors + throttles, invocations + throttles, limits.minRequests)
  const bound = `more than ${formatPercent(limits.maxErrorRate * 100)} %`
  let reason: string | undefined
  if (group > limits.maxErrorRate) {
    const { target5xx, userErrors, internalErrors } = counts.function
    reason = `${errorsOf(counts.function)} of ${requests} requests failed, ${bound} (5xx of the app ${target5xx}, LambdaUserError ${userErrors}, LambdaInternalError ${internalErrors})`
  } else if (lambda > limits.maxErrorRate) {
    reason = `${errors} of ${invocations} invocations failed and ${throttles} were throttled, ${bound}`
  } else if (limits.maxElb5xx !== undefined && counts.loadBalancer.elb5xx > limits.maxElb5xx) {
    reason = `the load balancer answered ${counts.loadBalancer.elb5xx} requests with 5xx itself, more than ${limits.maxElb5xx}`
  }
  return { errorRate: Math.max(group, lambda), reason }
}

/** Requests that are missing to the smallest number that is judged count as good ones. */
function rateOf(errors: number, requests: number, minRequests: number): number {
  const total = Math.max(errors, requests, minRequests)
  return total === 0 ? 0 : errors / total
}
