/** How long nothing has gone on, as exact as the times at which it is asked. */
export class QuietTime {
  #touched = true
  #since = 0

  /** Something went on. Costs next to nothing, so that it can be called for every packet. */
  touch(): void {
    this.#touched = true
  }

  /** In milliseconds. `now` is on any clock that never goes back. */
  measure(now: number): number {
    if (this.#touched) {
      this.#touched = false
      this.#since = now
    }
    return now - this.#since
  }
}
