// What the project wants to reach, and whether a run reached it.
import { FLOOR, OWN } from './adapters/index.mjs'
import { fastestPeer, isFair, overFloor, timesAsLong } from './figures.mjs'
import { geometricMean, quantile } from './stats.mjs'

/**
 * @typedef {import('./figures.mjs').Result} Result
 * @typedef {(result: Result, process?: number) => number} Ratio over all processes, or within one
 *
 * @typedef {object} Target
 * @property {string} text
 * @property {number} limit
 * @property {number} [value] missing when the run does not tell
 * @property {[number, number]} [range] the least and the greatest of the value over the processes; of cold starts
 *   the quartiles
 * @property {string} [where] the workload that decided
 */

/** @param {Result[]} results @returns {Target[]} */
export function targets(results) {
  const fair = results.filter(
    (result) => isFair(result, OWN) && isFair(result, FLOOR) && fastestPeer(result) !== undefined,
  )
  const of = (/** @type {string} */ kind) => fair.filter(({ workload }) => workload.kind === kind)
  return [
    worst(
      'Bare listener: share of the fastest peer’s overhead above the floor',
      0.5,
      of('bare'),
      share,
    ),
    worst('Every Express workload: time against the fastest peer', 0.95, of('express'), time),
    together('Express workloads together (geometric mean)', 0.9, of('express'), time),
    worst('Every 512 KB workload: time against the fastest peer', 1, of('large'), time),
  ]
}

/** @param {Target} target */
export function isMet({ value, limit }) {
  return value !== undefined && value <= limit
}

/** @type {Ratio} */
function time(result, process) {
  return timesAsLong(result, OWN, fastestPeer(result) ?? OWN, process)
}

/** @type {Ratio} */
function share(result, process) {
  return overFloor(result, OWN, process) / overFloor(result, fastestPeer(result) ?? OWN, process)
}

/**
 * @param {string} text @param {number} limit @param {Result[]} results @param {Ratio} ratio
 * @returns {Target}
 */
function worst(text, limit, results, ratio) {
  const [decisive] = results.toSorted((a, b) => ratio(b) - ratio(a))
  if (decisive === undefined) return { text, limit }
  const value = ratio(decisive)
  const range = spread([decisive], (process) => ratio(decisive, process))
  return { text, limit, value, range, where: decisive.workload.name }
}

/**
 * @param {string} text @param {number} limit @param {Result[]} results @param {Ratio} ratio
 * @returns {Target}
 */
function together(text, limit, results, ratio) {
  if (results.length === 0) return { text, limit }
  const mean = (/** @type {number | undefined} */ process) =>
    geometricMean(results.map((result) => ratio(result, process)))
  return {
    text,
    limit,
    value: mean(undefined),
    range: spread(results, mean),
    where: `${results.length} of 5`,
  }
}

/** @param {Result[]} results @param {(process: number) => number} value @returns {[number, number]} */
function spread(results, value) {
  const counts = results.flatMap(({ samples }) => samples.map(({ batches }) => batches.length))
  const values = Array.from({ length: Math.max(...counts) }, (_, process) => value(process))
  return [quantile(values, 0), quantile(values, 1)]
}
