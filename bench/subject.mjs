// What one process measures: an adapter with a workload's app behind it, its invocations, and the gate.
import { wrongness } from './answer.mjs'
import { loadAdapter } from './adapters/index.mjs'
import { eventMaker, lambdaContext } from './event.mjs'
import { findWorkload } from './parts.mjs'

/**
 * @typedef {{ adapter: string, workload: string, mode: import('./event.mjs').Mode, stringify: boolean, clock: import('./clock.mjs').Clock }} Setup
 *
 * @typedef {object} Invocation what the handler is called with
 * @property {import('./event.mjs').AlbEvent} event or what the adapter prepared of it
 * @property {ReturnType<typeof lambdaContext>} context
 *
 * @typedef {object} Subject
 * @property {import('./adapters/index.mjs').Handler} handler
 * @property {import('./workloads.mjs').Workload} workload
 * @property {boolean} stringify
 * @property {import('./clock.mjs').Clock} clock
 * @property {() => Invocation} makeInvocation a fresh one, outside of every clock
 * @property {(result: any) => string | undefined} wrongness what is wrong with a result, or nothing
 */

/** @param {Setup} setup @returns {Promise<Subject>} */
export async function toSubject({ adapter, workload: wanted, mode, stringify, clock }) {
  const workload = findWorkload(wanted)
  const { create, entry, prepare, ungated = false } = await loadAdapter(adapter)
  const handler = await create(workload.listener(), entry)
  const makeEvent = eventMaker(workload.request, mode)
  return {
    handler,
    workload,
    stringify,
    clock,
    makeInvocation: () => ({
      event: prepare
        ? /** @type {import('./event.mjs').AlbEvent} */ (prepare(makeEvent()))
        : makeEvent(),
      context: lambdaContext(),
    }),
    wrongness: (result) => {
      if (!ungated) return wrongness(result, workload.answer, mode)
      const { statusCode } = result
      return statusCode === workload.answer.status ? undefined : `status ${statusCode}`
    },
  }
}

/** One invocation outside of every clock, looked at in full. @param {Subject} subject */
export async function answeredWrongly({ handler, makeInvocation, wrongness: wrong }) {
  const { event, context } = makeInvocation()
  return wrong(await handler(event, context))
}
