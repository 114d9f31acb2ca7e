// One adapter and one workload in a process of their own; the parent says what to do when.
import { measureAllocation } from './allocation.mjs'
import { runBatch, warmUp } from './batch.mjs'
import { timeSingles } from './singles.mjs'
import { answeredWrongly, toSubject } from './subject.mjs'

/**
 * @typedef {{ setup: import('./subject.mjs').Setup } | { warmUp: number } | { batch: true } | { singles: number } | { allocation: true } | { finish: true }} Order
 *
 * @typedef {object} Reply
 * @property {string} [wrong] an answer that is none, or not the right one
 * @property {number} [ns] mean nanoseconds per invocation of a batch
 * @property {number[]} [singles] nanoseconds of single invocations
 * @property {number[]} [allocated] bytes per invocation
 */

/** @type {import('./subject.mjs').Subject} */
let subject

process.on('message', (/** @type {Order} */ order) => {
  void obey(order)
    .catch((/** @type {unknown} */ error) => ({ wrong: `threw ${String(error)}` }))
    .then((reply) => process.send?.(reply))
})

/** @param {Order} order @returns {Promise<Reply>} */
async function obey(order) {
  if ('setup' in order) subject = await toSubject(order.setup)
  if ('warmUp' in order) return warmUp(subject, order.warmUp)
  if ('batch' in order) return runBatch(subject)
  if ('singles' in order) return timeSingles(subject, order.singles)
  if ('allocation' in order) return measureAllocation(subject)
  const wrong = await answeredWrongly(subject)
  return wrong === undefined ? {} : { wrong }
}
