// One adapter and one workload in a process of their own; the parent says when to run a batch.
import { wrongness } from './answer.mjs'
import { loadAdapter } from './adapters/index.mjs'
import { eventMaker, lambdaContext } from './event.mjs'
import { workloads } from './workloads.mjs'

/**
 * @typedef {'wall' | 'cpu'} Clock
 * @typedef {{ adapter: string, workload: string, mode: import('./event.mjs').Mode, stringify: boolean, clock: Clock }} Setup
 * @typedef {{ setup: Setup } | { warmUp: number } | { batch: true } | { finish: true }} Order
 * @typedef {{ ns?: number, wrong?: string }} Reply
 */

/** Results kept from each batch to be checked once its clock has stopped. */
const CHECKED_PER_BATCH = 2

/** @type {Awaited<ReturnType<typeof prepare>>} */
let bench

process.on('message', (/** @type {Order} */ order) => {
  void obey(order)
    .catch((/** @type {unknown} */ error) => ({ wrong: `threw ${String(error)}` }))
    .then((reply) => process.send?.(reply))
})

/** @param {Order} order @returns {Promise<Reply>} */
async function obey(order) {
  if ('setup' in order) {
    bench = await prepare(order.setup)
    return answeredRightly()
  }
  if ('warmUp' in order) return warmUp(order.warmUp)
  if ('batch' in order) return runBatch()
  return answeredRightly()
}

/** @param {Setup} setup */
async function prepare({ adapter, workload: wanted, mode, stringify, clock }) {
  const workload = workloads.find(({ name }) => name === wanted)
  if (workload === undefined) throw new Error(`no workload ${wanted}`)
  const { create, entry, ungated = false } = await loadAdapter(adapter)
  const handler = await create(workload.listener(), entry)
  return {
    handler,
    workload,
    mode,
    stringify,
    now: clocks[clock],
    ungated,
    makeEvent: eventMaker(workload.request, mode),
  }
}

/** One invocation outside the clock, looked at in full. @returns {Promise<Reply>} */
async function answeredRightly() {
  return verdict(await bench.handler(bench.makeEvent(), lambdaContext()))
}

/** @param {any} result @returns {Reply} */
function verdict(result) {
  const { ungated, workload, mode } = bench
  const wrong = ungated
    ? result.statusCode !== workload.answer.status && `status ${result.statusCode}`
    : wrongness(result, workload.answer, mode)
  return wrong ? { wrong } : {}
}

/** @param {number} seconds @returns {Promise<Reply>} */
async function warmUp(seconds) {
  const end = performance.now() + seconds * 1000
  do {
    const reply = await runBatch()
    if (reply.wrong !== undefined) return reply
  } while (performance.now() < end)
  return {}
}

/**
 * Events and contexts are made before the clock starts, a few invocations bring the caches back after the
 * other processes' turns, and the garbage of all that is gone. The clock stops after one turn of the event
 * loop, so that work put off is counted too.
 *
 * @returns {Promise<Reply>}
 */
async function runBatch() {
  const { handler, workload, stringify, makeEvent, now } = bench
  const { batch, answer } = workload
  for (let i = 0; i < batch / 5; i++) await handler(makeEvent(), lambdaContext())
  await turn()

  const invocations = Array.from({ length: batch }, () => ({
    event: makeEvent(),
    context: lambdaContext(),
  }))
  const kept = []
  const stride = Math.ceil(batch / CHECKED_PER_BATCH)
  let count = 0
  let wrongStatus = 0
  collectYoungGarbage()

  const start = now()
  for (const { event, context } of invocations) {
    const result = /** @type {any} */ (await handler(event, context))
    if (stringify) JSON.stringify(result)
    if (result.statusCode !== answer.status) wrongStatus++
    if (count++ % stride === 0) kept.push(result)
  }
  await turn()
  const ns = (now() - start) / batch

  if (wrongStatus > 0) return { wrong: `${wrongStatus} of ${batch} with another status` }
  for (const result of kept) {
    const reply = verdict(result)
    if (reply.wrong !== undefined) return reply
  }
  return { ns }
}

/**
 * In nanoseconds. The process's CPU time leaves out what other processes took on a busy machine.
 *
 * @type {Record<Clock, () => number>}
 */
const clocks = {
  wall: () => performance.now() * 1e6,
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) * 1000
  },
}

function turn() {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Twice: what survives two collections is old, and not copied again while the clock runs. */
function collectYoungGarbage() {
  globalThis.gc?.({ type: 'minor' })
  globalThis.gc?.({ type: 'minor' })
}
