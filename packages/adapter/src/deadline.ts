import type { Invocation } from './invocation.js'
import type { Settings } from './options.js'

interface Timed {
  readonly invocation: Invocation
  readonly settings: Pick<Settings, 'deadlineMarginMs'>
}

// Node fires a timer with a longer delay at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * How many milliseconds the app has before the adapter must answer: what Lambda leaves, less the
 * margin; half of what Lambda leaves when that is less than two margins. Without a deadline, as long as
 * a timer can be.
 */
export function timeLimit({ invocation, settings }: Timed): number {
  const remaining = Math.min(invocation.remainingMs, LONGEST_TIMER_MS)
  return Math.max(remaining - settings.deadlineMarginMs, remaining / 2)
}

/** What {@link inTime} gives when the time was up first. */
export const OUT_OF_TIME = 'out-of-time'

/** The outcome of `work`, or {@link OUT_OF_TIME} after `ms` milliseconds. */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T | typeof OUT_OF_TIME> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof OUT_OF_TIME>((resolve) => {
    timer = setTimeout(resolve, ms, OUT_OF_TIME)
  })
  return Promise.race([work, timeout]).finally(() => {
    clearTimeout(timer)
  })
}
