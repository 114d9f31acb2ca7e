// What a process holds while no invocation is under way.
import { IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { queryObjects } from 'node:v8'
import { getInvocation } from 'express-alb'
import { app } from './app.mjs'

/**
 * @typedef {object} Resources
 * @property {number} heapUsed bytes after a collection
 * @property {number} external bytes of buffers and the like
 * @property {number} rss bytes
 * @property {Readonly<Record<string, number>>} counts of handles, listeners and living objects, by what they are
 */

/** Longer than any timer that an answered invocation may leave, and than what a destroyed stream still does. */
const SETTLING_MS = 60

/** @returns {Promise<Resources>} */
export async function measure() {
  await setTimeout(SETTLING_MS)
  // Weak references and finalizers let go of some things only in the collection after.
  globalThis.gc?.()
  globalThis.gc?.()
  /** @type {Record<string, number>} */
  const counts = {
    // A response and a connection each hold their request: whoever keeps one of the three keeps it.
    'living requests': queryObjects(IncomingMessage, { format: 'count' }),
    'open invocations': getInvocation() === undefined ? 0 : 1,
  }
  for (const handle of process.getActiveResourcesInfo()) {
    counts[`handle ${handle}`] = (counts[`handle ${handle}`] ?? 0) + 1
  }
  for (const [owner, emitter] of /** @type {const} */ ([
    ['process', process],
    ['app', app],
  ])) {
    for (const event of emitter.eventNames()) {
      counts[`${owner} listeners to ${String(event)}`] = emitter.listenerCount(event)
    }
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapUsed, external, rss, counts }
}
