// Two runs beside each other.
import { passing } from './outcomes.mjs'

/**
 * @typedef {import('./outcomes.mjs').Outcomes} Outcomes
 *
 * A test that one run passes and another does not, and what became of it there.
 * @typedef {{ name: string, file: string, error: string }} Difference
 */

/**
 * The tests that pass in the first run and not in the second. One that the second never came to counts as well.
 *
 * @param {Outcomes} first @param {Outcomes} second
 * @returns {Difference[]}
 */
export function onlyIn(first, second) {
  const also = new Set(passing(second))
  return passing(first)
    .filter((name) => !also.has(name))
    .map((name) => ({
      name,
      file: first.tests.get(name)?.file ?? '',
      error: why(second.tests.get(name)),
    }))
}

/** @param {import('./outcomes.mjs').Outcome | undefined} outcome */
function why(outcome) {
  if (outcome === undefined) return 'it was not run: a hook failed, or the run ended before'
  return outcome.state === 'skip' ? 'it was skipped' : (outcome.error ?? 'it failed')
}

/**
 * Differences that stay when the files they are in are run again, alone.
 *
 * One is gone for good when we pass in a later try, or when the reference itself does not pass again.
 *
 * @param {readonly Difference[]} differences
 * @param {number} retries
 * @param {(side: import('./settings.mjs').Side, files: readonly string[]) => Promise<Outcomes>} again
 * @returns {Promise<{ lasting: Difference[], flaky: Difference[] }>}
 */
export async function confirm(differences, retries, again) {
  let lasting = [...differences]
  for (let retry = 0; retry < retries && lasting.length > 0; retry++) {
    lasting = without(lasting, passing(await again('ours', filesOf(lasting))))
  }
  if (retries > 0 && lasting.length > 0) {
    const sure = new Set(passing(await again('reference', filesOf(lasting))))
    lasting = lasting.filter(({ name }) => sure.has(name))
  }
  const names = lasting.map(({ name }) => name)
  return { lasting, flaky: without(differences, names) }
}

/** @param {readonly Difference[]} differences @param {readonly string[]} names */
function without(differences, names) {
  const gone = new Set(names)
  return differences.filter(({ name }) => !gone.has(name))
}

/** @param {readonly Difference[]} differences */
function filesOf(differences) {
  return [...new Set(differences.map(({ file }) => file))]
}
