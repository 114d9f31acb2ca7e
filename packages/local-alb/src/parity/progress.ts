/** Where progress is shown: standard error, as standard output may be for machines. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/**
 * Tells how far a run is: on a terminal in one line that changes, elsewhere (the log of a pipeline) in a new line every ten
 * seconds, so that a short run writes none.
 */
export class Progress {
  readonly #stream: ProgressStream
  readonly #total: number | undefined
  readonly #startedAt: number
  #done = 0
  #different = 0
  #shownAt: number

  /** @param total not there: nobody knows, as with live traffic */
  constructor(stream: ProgressStream, total: number | undefined, now: number = Date.now()) {
    this.#stream = stream
    this.#total = total
    this.#startedAt = now
    this.#shownAt = now
  }

  step(isDifferent: boolean, now: number = Date.now()): void {
    this.#done += 1
    if (isDifferent) this.#different += 1
    const every = this.#stream.isTTY === true ? TERMINAL_EVERY_MS : LOG_EVERY_MS
    if (now - this.#shownAt < every) return
    this.#shownAt = now
    const line = this.#line(now)
    if (this.#stream.isTTY !== true) this.#stream.write(`${line}\n`)
    else this.#stream.write(`\r${line.slice(0, (this.#stream.columns ?? 80) - 1)}\x1b[K`)
  }

  /** Takes the line away, before something else is written. */
  clear(): void {
    if (this.#stream.isTTY === true) this.#stream.write('\r\x1b[K')
  }

  #line(now: number): string {
    const seconds = Math.max(0.001, (now - this.#startedAt) / 1000)
    const rate = this.#done / seconds
    const figures = [
      `${this.#different} differ`,
      `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second`,
    ]
    if (this.#total === undefined) return `${this.#done} compared, ${figures.join(', ')}`
    figures.push(`${toClock((this.#total - this.#done) / rate)} to go`)
    const percent = Math.floor((this.#done / this.#total) * 100)
    return `${this.#done} of ${this.#total} (${percent} %), ${figures.join(', ')}`
  }
}

const TERMINAL_EVERY_MS = 100
const LOG_EVERY_MS = 10_000

function toClock(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole >= 3600) {
    return `${Math.floor(whole / 3600)}:${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} h`
  }
  return whole >= 60
    ? `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`
    : `${whole} s`
}
