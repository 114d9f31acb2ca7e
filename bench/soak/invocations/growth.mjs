// Whether what a process holds has grown.
import { median } from '../../stats.mjs'

/**
 * Bytes of fitted growth that count as flat. After the warm-up the heap still moves by some hundred kilobytes, as
 * code is compiled and discarded; the smallest leak, one pointer for each of 900,000 invocations, takes 7 MB.
 */
export const FLAT_BYTES = 2 * 1_048_576

/**
 * The stages after the warm-up, which is the first tenth.
 *
 * @param {readonly import('./worker.mjs').Stage[]} stages
 * @param {number} invocations
 */
export function afterWarmUp(stages, invocations) {
  return stages.filter(({ done }) => done >= invocations / 10)
}

/**
 * By how much `pick` grew from the first stage to the last: along the median of the slopes between all pairs (Theil
 * and Sen), which single outliers do not move.
 *
 * @param {readonly import('./worker.mjs').Stage[]} stages
 * @param {(resources: import('./resources.mjs').Resources) => number} pick
 */
export function growth(stages, pick) {
  const slopes = stages.flatMap((a, i) =>
    stages.slice(i + 1).map((b) => (pick(b.resources) - pick(a.resources)) / (b.done - a.done)),
  )
  return median(slopes) * ((stages.at(-1)?.done ?? 0) - (stages[0]?.done ?? 0))
}

/**
 * What there is more of at the end than after the warm-up.
 *
 * @param {readonly import('./worker.mjs').Stage[]} stages
 */
export function grown(stages) {
  const before = stages[0]?.resources.counts ?? {}
  const after = stages.at(-1)?.resources.counts ?? {}
  return Object.entries(after)
    .filter(([name, count]) => count > (before[name] ?? 0))
    .map(([name, count]) => `${name}: ${before[name] ?? 0} -> ${count}`)
}
