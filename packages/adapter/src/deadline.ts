import type { Invocation } from './invocation.js'
import type { Settings } from './options.js'

interface Timed {
  readonly invocation: Invocation
  readonly settings: Pick<Settings, 'deadlineMarginMs'>
}

/**
 * How many milliseconds the app has before the adapter must answer: what Lambda leaves, less the
 * margin; half of what Lambda leaves when that is less than two margins. Without a deadline, as long as
 * a timer can be.
 */
export function timeLimit({ invocation, settings }: Timed): number {
  // 23 days; Node fires a timer with a delay of 25 at once.
  const remaining = Math.min(invocation.remainingMs, 2e9)
  return Math.max(remaining - settings.deadlineMarginMs, remaining / 2)
}

/** The outcome of `work`; `undefined` when the time limit comes first. */
export function inTime<T>(work: Promise<T>, call: Timed): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve as () => void, timeLimit(call))
    const done = work.finally(() => {
      clearTimeout(timer)
    })
    done.then(resolve, reject)
  })
}
