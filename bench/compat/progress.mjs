// What a long run shows of itself while it runs, on standard error.

const EVERY_MS = 15_000

/** One line that is written over where there is a terminal; else one now and then. */
export class Progress {
  #shown = Date.now()
  #started = Date.now()

  /** @param {{ isTTY?: boolean, write(text: string): unknown }} [stream] */
  constructor(stream = process.stderr) {
    this.stream = stream
  }

  /** @param {string} name */
  start(name) {
    this.#started = this.#shown = Date.now()
    if (this.stream.isTTY === true) this.stream.write(`  ${name} ...`)
  }

  /** @param {string} name @param {number} tests */
  tests(name, tests) {
    const line = `  ${name}: ${tests} tests, ${this.#seconds()} s`
    if (this.stream.isTTY === true) this.stream.write(`\r\u001B[K${line}`)
    else if (Date.now() - this.#shown >= EVERY_MS) {
      this.#shown = Date.now()
      this.stream.write(`${line}\n`)
    }
  }

  /** @param {string} name @param {import('./judge.mjs').Counts} counts */
  end(name, { pass, fail, skip, requests, unfinished }) {
    const skipped = skip === 0 ? '' : `, ${skip} skipped`
    const asked = requests === undefined ? '' : `, ${requests} requests`
    const open = unfinished === undefined ? '' : `  DID NOT FINISH: ${unfinished}`
    const clear = this.stream.isTTY === true ? '\r\u001B[K' : ''
    this.stream.write(
      `${clear}  ${name}: ${pass} passing, ${fail} failing${skipped}${asked}, ${this.#seconds()} s${open}\n`,
    )
  }

  #seconds() {
    return ((Date.now() - this.#started) / 1000).toFixed(0)
  }
}
