// The process that is soaked: invokes the handlers many times at once, checks every answer and says what it holds.
import { createHandler } from 'express-alb'
import { createLambdaContext, invoke } from 'express-alb/testing'
import { app } from './app.mjs'
import { invocationAt } from './kinds/index.mjs'
import { listener, onRequest, onResponse } from './listener.mjs'
import { PLANTS } from './plants.mjs'
import { measure } from './resources.mjs'

/**
 * @typedef {object} Task
 * @property {number} invocations
 * @property {number} seed
 * @property {number} overlap how many are under way at once
 * @property {number} stages after each of which is measured
 * @property {string | undefined} plant
 *
 * @typedef {object} Stage
 * @property {number} done invocations
 * @property {import('./resources.mjs').Resources} resources
 *
 * @typedef {{ stage: Stage } | { problem: string } | { kinds: Readonly<Record<string, number>> }} Message
 */

/** @param {Message} message */
const tell = (message) => process.send?.(message)

/** @param {string} problem */
const complain = (problem) => tell({ problem: problem.slice(0, 500) })

process.on('unhandledRejection', (error) => complain(`unhandled rejection: ${String(error)}`))
process.on('uncaughtException', (error) => complain(`uncaught exception: ${String(error)}`))
process.on('warning', (warning) => {
  // Looking through the heap is experimental, and Node says so.
  if (warning.name !== 'ExperimentalWarning') complain(`warning: ${String(warning)}`)
})
process.once('message', (task) => void soak(/** @type {Task} */ (task)))

/** The codes that the adapter logged, by invocation. @type {Map<string, string[]>} */
const logged = new Map()
const logger = {
  /** @param {import('express-alb').LogEntry} entry */
  error({ requestId = '', code }) {
    logged.set(requestId, [...(logged.get(requestId) ?? []), code])
  },
  // Of several cookies in single-value mode, once.
  warn() {},
}

/** @param {Task} task */
async function soak({ invocations, seed, overlap, stages, plant }) {
  const planted = PLANTS[plant ?? ''] ?? ((/** @type {import('./plants.mjs').Handler} */ it) => it)
  const handlers = {
    express: planted(createHandler(app, { logger })),
    bare: planted(createHandler(listener, { logger, onRequest, onResponse })),
  }
  /** @type {Record<string, number>} */
  const kinds = {}
  /** @type {Map<string, readonly string[]>} */
  const toBeLogged = new Map()

  /** @param {number} index */
  async function one(index) {
    const { kind, order } = invocationAt(seed, index)
    kinds[kind.name] = (kinds[kind.name] ?? 0) + 1
    if (kind.logs) toBeLogged.set(order.id, kind.logs)
    const { event, timeoutMs = 30_000, check } = kind.make(order)
    const context = createLambdaContext({ awsRequestId: order.id, timeoutMs })
    try {
      check(await invoke(handlers[kind.target ?? 'express'], event, { context }))
    } catch (error) {
      complain(`${kind.name} ${order.id} in ${order.mode}-value mode: ${String(error)}`)
    }
  }

  let next = 0
  for (let stage = 1; stage <= stages; stage++) {
    const end = Math.round((invocations * stage) / stages)
    await Promise.all(
      Array.from({ length: overlap }, async () => {
        while (next < end) await one(next++)
      }),
    )
    const resources = await measure()
    compareLogs(toBeLogged)
    tell({ stage: { done: end, resources } })
  }
  tell({ kinds })
  process.disconnect()
  // A planted timer would keep the process.
  process.exit()
}

/** Every failure is logged as what it is, once, and nothing else is. @param {Map<string, readonly string[]>} toBeLogged */
function compareLogs(toBeLogged) {
  for (const id of new Set([...logged.keys(), ...toBeLogged.keys()])) {
    const [is, should] = [logged, toBeLogged].map((map) => String(map.get(id) ?? 'nothing'))
    if (is !== should) complain(`${id}: logged ${is} instead of ${should}`)
  }
  logged.clear()
  toBeLogged.clear()
}
