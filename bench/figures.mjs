// From batches to figures. Adapters are compared within each round, because the batches of one round ran
// one right after the other and the machine was equally busy for all of them.
import { FLOOR, PEERS } from './adapters/index.mjs'
import { median, quantile } from './stats.mjs'

/**
 * @typedef {{ workload: import('./workloads.mjs').Workload, samples: import('./schedule.mjs').Sample[] }} Result
 */

/**
 * `median` and `min` of the means of batches, `p99` of the single invocations (of each process; of these the median), in
 * nanoseconds; `bytes` allocated per invocation. The last two are missing where they were not measured.
 *
 * @param {import('./schedule.mjs').Sample} sample
 */
export function summarise({ batches, singles, allocated }) {
  const all = batches.flat()
  const slowest = singles.filter(({ length }) => length > 0).map((each) => quantile(each, 0.99))
  return {
    median: median(all),
    min: quantile(all, 0),
    ...(slowest.length > 0 && { p99: median(slowest) }),
    ...(allocated.length > 0 && { bytes: median(allocated) }),
  }
}

/** Measured, and never wrong. @param {Result} result @param {string} adapter */
export function isFair({ samples }, adapter) {
  return samples.some((sample) => sample.adapter === adapter && sample.wrong === undefined)
}

/**
 * How many times as long the first takes as the second.
 *
 * @param {Result} result @param {string} first @param {string} second
 * @param {number} [process] one of the processes only
 */
export function timesAsLong(result, first, second, process) {
  return inRounds(result, first, second, (a, b) => a / b, process)
}

/** In nanoseconds. @param {Result} result @param {string} adapter @param {number} [process] one of them only */
export function overFloor(result, adapter, process) {
  return inRounds(result, adapter, FLOOR, (a, b) => a - b, process)
}

/** Of those that answer correctly. @param {Result} result @returns {string | undefined} */
export function fastestPeer(result) {
  const [first, ...others] = PEERS.filter((peer) => isFair(result, peer))
  if (first === undefined) return undefined
  return others.reduce((best, peer) => (timesAsLong(result, peer, best) < 1 ? peer : best), first)
}

/**
 * @param {Result} result @param {string} first @param {string} second
 * @param {(first: number, second: number) => number} compare
 * @param {number} [process]
 */
function inRounds({ samples }, first, second, compare, process) {
  const [ones, others] = [first, second].map(
    (name) => samples.find(({ adapter }) => adapter === name)?.batches ?? [],
  )
  const compared = ones?.map((batches, i) =>
    batches.map((ns, round) => compare(ns, others?.[i]?.[round] ?? NaN)),
  )
  return median((process === undefined ? compared?.flat() : compared?.[process]) ?? [])
}
