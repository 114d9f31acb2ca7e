// A batch of invocations between two readings of the clock.
import { clocks, tick, turn } from './clock.mjs'

/** Results kept from each batch to be checked once its clock has stopped. */
const CHECKED_PER_BATCH = 2

/** A warm-up has at least so many invocations or batches, since V8 optimises by calls and not by time… */
const WARM_UP_INVOCATIONS = 10_000
const WARM_UP_BATCHES = 300

/** …but takes at most so many times what is asked for. */
const WARM_UP_PATIENCE = 10

/**
 * Events and contexts are made before the clock starts, and as many invocations again bring the caches back after the
 * other processes' turns. After each invocation the ticks that it left are run, as they are in Lambda before the next
 * event is there; the clock stops after one turn of the event loop, so that all other work put off is counted too.
 *
 * Garbage is left to V8. A collection on demand, be it a minor one, makes that of Node 24 drop the code that it has
 * optimised for shapes of which no object is left, and between two batches there is none of a request.
 *
 * @param {import('./subject.mjs').Subject} subject
 * @returns {Promise<import('./worker.mjs').Reply>}
 */
export async function runBatch(subject) {
  const { handler, workload, makeInvocation } = subject
  for (let i = 0; i < workload.batch; i++) {
    const { event, context } = makeInvocation()
    await handler(event, context)
  }
  await turn()
  return measured(subject)
}

/** @param {import('./subject.mjs').Subject} subject @param {number} seconds @returns {Promise<import('./worker.mjs').Reply>} */
export async function warmUp(subject, seconds) {
  const { batch } = subject.workload
  const batches = Math.min(WARM_UP_BATCHES, WARM_UP_INVOCATIONS / batch)
  const start = performance.now()
  const elapsed = () => (performance.now() - start) / 1000
  for (let i = 0; i < batches || elapsed() < seconds; i++) {
    if (elapsed() > seconds * WARM_UP_PATIENCE) break
    const reply = await measured(subject)
    if (reply.wrong !== undefined) return reply
  }
  return {}
}

/** @param {import('./subject.mjs').Subject} subject @returns {Promise<import('./worker.mjs').Reply>} */
async function measured({ handler, workload, stringify, clock, ...subject }) {
  const { batch, answer } = workload
  const now = clocks[clock]
  const invocations = Array.from({ length: batch }, subject.makeInvocation)
  const kept = []
  const stride = Math.ceil(batch / CHECKED_PER_BATCH)
  let count = 0
  let wrongStatus = 0

  const start = now()
  for (const { event, context } of invocations) {
    const result = /** @type {any} */ (await handler(event, context))
    if (stringify) JSON.stringify(result)
    if (result.statusCode !== answer.status) wrongStatus++
    if (count++ % stride === 0) kept.push(result)
    await tick()
  }
  await turn()
  const ns = (now() - start) / batch

  if (wrongStatus > 0) return { wrong: `${wrongStatus} of ${batch} with another status` }
  for (const result of kept) {
    const wrong = subject.wrongness(result)
    if (wrong !== undefined) return { wrong }
  }
  return { ns }
}
