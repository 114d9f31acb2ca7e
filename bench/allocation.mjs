// Bytes that an invocation allocates: how far the heap and the memory behind buffers grow in a window without a collection.
import { GCProfiler } from 'node:v8'
import { tick, turn } from './clock.mjs'

/** Windows per call, of which each gives a figure. */
const WINDOWS = 5

/** A window that a collection came into is opened again, with half the invocations. */
const ATTEMPTS = 12

/**
 * Garbage is collected before a window. Within it V8 only moves the end of what is used, so the difference is what was
 * allocated, to the byte; a collection in between, which the profiler tells of, would make it worthless. The promises of
 * the loop itself are in it, some hundred bytes, for all adapters alike.
 *
 * @param {import('./subject.mjs').Subject} subject
 * @returns {Promise<import('./worker.mjs').Reply>}
 */
export async function measureAllocation(subject) {
  const allocated = []
  let count = subject.workload.batch
  for (let attempt = 0; allocated.length < WINDOWS && attempt < ATTEMPTS; attempt++) {
    const { bytes, wrong } = await inWindow(subject, count)
    if (wrong !== undefined) return { wrong }
    if (bytes === undefined) count = Math.ceil(count / 2)
    else allocated.push(bytes)
  }
  return { allocated }
}

/**
 * @param {import('./subject.mjs').Subject} subject
 * @param {number} count
 * @returns {Promise<{ bytes?: number, wrong?: string }>}
 */
async function inWindow({ handler, stringify, ...subject }, count) {
  const invocations = Array.from({ length: count }, subject.makeInvocation)
  /** @type {unknown[]} */
  const results = Array.from({ length: count })
  // The second collection waits until the memory behind the buffers that the first one found is given back.
  globalThis.gc?.()
  await turn()
  globalThis.gc?.()
  const profiler = new GCProfiler()
  profiler.start()
  const before = used()
  for (let i = 0; i < count; i++) {
    const { event, context } = /** @type {import('./subject.mjs').Invocation} */ (invocations[i])
    const result = await handler(event, context)
    if (stringify) JSON.stringify(result)
    results[i] = result
    await tick()
  }
  await turn()
  const bytes = (used() - before) / count
  const collections = profiler.stop()?.statistics.length ?? 0
  for (const result of results) {
    const wrong = subject.wrongness(result)
    if (wrong !== undefined) return { wrong }
  }
  return collections > 0 ? {} : { bytes }
}

function used() {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
