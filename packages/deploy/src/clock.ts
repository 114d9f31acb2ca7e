import { setTimeout as wait } from 'node:timers/promises'

/** Time as the command sees it, so that tests need not wait. */
export interface Clock {
  readonly now: () => number
  /** Ends early, without an error, when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) return
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
  },
}
