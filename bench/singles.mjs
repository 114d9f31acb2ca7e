// Single invocations, each between two readings of the clock: the means of batches hide the slow ones.
import { tick, turn } from './clock.mjs'

/**
 * Nanoseconds of wall time of each; CPU time is not told finely enough. An invocation takes until its promise is settled
 * and the ticks that it left have run. A turn of the event loop lies between two, as in Lambda, and nobody collects
 * garbage beforehand: the pauses for it belong to the slow ones.
 *
 * @param {import('./subject.mjs').Subject} subject
 * @param {number} count
 * @returns {Promise<import('./worker.mjs').Reply>}
 */
export async function timeSingles({ handler, stringify, ...subject }, count) {
  const singles = []
  for (let i = 0; i < count; i++) {
    const { event, context } = subject.makeInvocation()
    await turn()
    const start = performance.now()
    const result = await handler(event, context)
    if (stringify) JSON.stringify(result)
    await tick()
    singles.push((performance.now() - start) * 1e6)
    const wrong = subject.wrongness(result)
    if (wrong !== undefined) return { wrong }
  }
  return { singles }
}
