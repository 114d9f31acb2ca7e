import { setImmediate as pass } from 'node:timers/promises'

/**
 * Decides which of many waiting pieces of code goes on next: one at a time, in an order that depends on the seed alone,
 * so that every run interleaves them in the same way.
 */
export class Scheduler {
  /** Whose turn it was, one after the other. */
  readonly order: string[] = []
  readonly #waiting: { readonly id: string; readonly resolve: () => void }[] = []
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** Resolves when it is the turn of `id`. */
  async turn(id: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ id, resolve })
    })
  }

  /** Gives turns until `work` is done, and lets happen what follows from one before it gives the next. */
  async drive<T>(work: Promise<T>): Promise<T> {
    const progress = { isDone: false }
    const outcome = work.finally(() => {
      progress.isDone = true
    })
    while (!progress.isDone) {
      await pass()
      const [next] = this.#waiting.splice(this.#below(this.#waiting.length), 1)
      if (!next) continue
      this.order.push(next.id)
      next.resolve()
    }
    return outcome
  }

  /** A whole number below `limit` (a linear congruential generator, of which the upper bits are used). */
  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * limit)
  }
}

/** How often another one went on than the one before. */
export function switches(order: readonly string[]): number {
  return order.filter((id, i) => i > 0 && id !== order[i - 1]).length
}
