// Named checks, each counted as one: run in turn, every one of them even after a failure, with its duration.

/**
 * @typedef {object} Check
 * @property {string} name what is true when it passes
 * @property {() => string | void | Promise<string | void>} run throws when it fails; may return a detail to print
 *
 * @typedef {{ passed: number, failed: number }} Counts
 */

/**
 * @param {readonly Check[]} checks
 * @returns {Promise<Counts>}
 */
export async function runChecks(checks) {
  const counts = { passed: 0, failed: 0 }
  for (const { name, run } of checks) {
    const start = performance.now()
    /** @param {string} word */
    const line = (word) => `${word} ${name} (${Math.round(performance.now() - start)} ms)`
    try {
      const detail = await run()
      counts.passed += 1
      console.log(line('pass') + (detail ? `: ${detail}` : ''))
    } catch (error) {
      counts.failed += 1
      console.log(line('FAIL'))
      console.log(error instanceof Error ? error.message : error)
    }
  }
  return counts
}

/** @param {Counts} counts */
export function toSummary({ passed, failed }) {
  return `${passed} passed, ${failed} failed`
}
