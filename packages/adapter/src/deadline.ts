import type { Invocation } from './invocation.js'

// Node fires a timer with a longer delay at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * How many milliseconds the app has before the adapter must answer: what Lambda leaves, less the
 * margin; half of what Lambda leaves when that is less than two margins. `Infinity` without a
 * deadline.
 */
export function timeLimit(invocation: Invocation, marginMs: number): number {
  const remaining = invocation.remainingMs
  if (remaining > LONGEST_TIMER_MS) return Infinity
  return Math.max(0, remaining > 2 * marginMs ? remaining - marginMs : remaining / 2)
}

/** What {@link inTime} gives when the time was up first. */
export const OUT_OF_TIME: unique symbol = Symbol('out of time')

/** The outcome of `work`, or {@link OUT_OF_TIME} after `ms` milliseconds. */
export async function inTime<T>(
  work: T | PromiseLike<T>,
  ms: number,
): Promise<T | typeof OUT_OF_TIME> {
  if (ms === Infinity) return work
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof OUT_OF_TIME>((resolve) => {
    timer = setTimeout(resolve, ms, OUT_OF_TIME)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
