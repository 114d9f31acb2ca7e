// One case by its number: made, run, and made smaller when it fails.
import fc from 'fast-check'
import { anyCase, namesIn, seedOf } from './cases.mjs'

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./harness.mjs').Found} Found */

/** How long to go on making a case smaller. */
const SHRINK_MS = 20_000

/**
 * @typedef {object} Tried
 * @property {number} number
 * @property {number} requests
 * @property {readonly string[]} names what it used
 * @property {{ smallest: Case, found: Found }} [failure]
 */

/**
 * @param {readonly ('5' | '4' | 'none')[]} majors
 * @param {number} seed
 * @param {number} number
 * @returns {Case}
 */
export function caseOf(majors, seed, number) {
  const [tried] = fc.sample(anyCase(majors), { seed: seedOf(seed, number), numRuns: 1 })
  if (!tried) throw new Error('fast-check made no sample')
  return tried
}

/**
 * @param {import('./harness.mjs').Harness} harness
 * @param {readonly ('5' | '4' | 'none')[]} majors
 * @param {number} seed
 * @param {number} number
 * @returns {Promise<Tried>}
 */
export async function tryCase(harness, majors, seed, number) {
  const tried = caseOf(majors, seed, number)
  const report = { number, requests: tried.requests.length, names: namesIn(tried) }
  const first = await harness.run(tried)
  if (!first) return report
  /** @type {Found} */
  let found = first
  let smallest = tried
  const property = fc.asyncProperty(anyCase(majors), async (smaller) => {
    const again = await harness.run(smaller)
    if (!again || kindOf(again) !== kindOf(first)) return true
    smallest = smaller
    found = again
    return false
  })
  await fc.check(property, {
    seed: seedOf(seed, number),
    numRuns: 1,
    plugins: [fc.interruptAfterTimeLimit(SHRINK_MS)],
  })
  return { ...report, failure: { smallest, found } }
}

/** What makes two failures one of a kind while a case is made smaller. @param {Found} found */
function kindOf({ aspect }) {
  return aspect
}
