// From starts to figures. Adapters are compared round by round, since the processes of one ran one after the other.
import { OWN, PEERS } from '../adapters/index.mjs'
import { median, quantile } from '../stats.mjs'

/** Times as long as the fastest peer that a first response may take. */
const LIMIT = 1

/**
 * How many times as long the first takes as the second, start by start.
 *
 * @param {import('./cold-start.mjs').ColdStarts} result @param {string} first @param {string} second
 */
export function startRatio(result, first, second) {
  return median(ratios(result, first, second))
}

/** Of those that answer correctly. @param {import('./cold-start.mjs').ColdStarts} result */
export function fastestStart(result) {
  const fair = PEERS.filter((peer) => timesOf(result, peer).length > 0)
  const [first, ...others] = fair
  if (first === undefined) return undefined
  return others.reduce((best, peer) => (startRatio(result, peer, best) < 1 ? peer : best), first)
}

/** @param {import('./cold-start.mjs').ColdStarts[]} results @returns {import('../targets.mjs').Target} */
export function coldTarget(results) {
  const text = 'First response after a cold start: time against the fastest peer'
  const values = results.flatMap((result) => {
    const peer = fastestStart(result)
    if (peer === undefined || timesOf(result, OWN).length === 0) return []
    const each = ratios(result, OWN, peer)
    return [{ format: result.format, value: median(each), range: quartiles(each) }]
  })
  const [worst] = values.toSorted((a, b) => b.value - a.value)
  if (worst === undefined) return { text, limit: LIMIT }
  return { text, limit: LIMIT, value: worst.value, range: worst.range, where: worst.format }
}

/** @param {number[]} values @returns {[number, number]} */
function quartiles(values) {
  return [quantile(values, 0.25), quantile(values, 0.75)]
}

/** @param {import('./cold-start.mjs').ColdStarts} result @param {string} first @param {string} second */
function ratios(result, first, second) {
  const others = timesOf(result, second)
  return timesOf(result, first).map((ms, round) => ms / (others[round] ?? NaN))
}

/** None after a wrong answer. @param {import('./cold-start.mjs').ColdStarts} result @param {string} adapter */
function timesOf({ starts }, adapter) {
  const start = starts.find((one) => one.adapter === adapter && one.wrong === undefined)
  return start?.ms ?? []
}
