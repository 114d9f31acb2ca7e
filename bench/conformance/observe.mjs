// One vector through one adapter: what the app saw and what the load balancer would make of the result.
import { isDeepStrictEqual } from 'node:util'
import { reporter } from './apps.mjs'
import { toEvent } from './event.mjs'
import { readResult } from './result.mjs'

/**
 * @typedef {(event: any, context: any) => unknown} Handler
 * @typedef {(listener: import('./vector.mjs').Listener) => Handler | Promise<Handler>} Create the adapter
 *
 * @typedef {object} Exchange
 * @property {'answered' | 'rejected' | 'reset' | 'crashed' | 'hung'} outcome
 * @property {string} [error]
 * @property {import('./result.mjs').Response} [response]
 *
 * @typedef {object} View everything a vector can be judged by, as plain data
 * @property {Exchange[]} exchanges
 * @property {Record<string, unknown>} seen
 * @property {Record<string, unknown>} [handler]
 */

/** No answer within this is a hang. Right adapters take milliseconds; the rest is for busy machines. */
const BOUND_MS = 2000

/**
 * @param {Create} create
 * @param {import('./vector.mjs').Vector} vector
 * @param {import('./vector.mjs').Mode} mode
 * @returns {Promise<View>}
 */
export async function observe(create, vector, mode) {
  /** @type {Record<string, unknown>} */
  const seen = {}
  const see = (/** @type {Record<string, unknown>} */ facts) => void Object.assign(seen, facts)
  const listener = listenerOf(vector, see)
  const handler = await create(listener)
  const calls = requestsOf(vector).map((request) => {
    const own = request.mode ?? mode
    return { event: toEvent(request, own), mode: own }
  })
  const before = structuredClone(calls)
  const run = () => Promise.all(calls.map((call) => invoke(handler, call, vector.timeoutMs)))
  if (vector.twice) await run()
  const exchanges = await run()
  await settle()
  await vector.after?.(listener, see)
  return {
    exchanges,
    seen: /** @type {Record<string, unknown>} */ (JSON.parse(JSON.stringify(seen))),
    handler: {
      isAsyncFunction: Object.prototype.toString.call(handler) === '[object AsyncFunction]',
      parameters: handler.length,
      eventIsUntouched: isDeepStrictEqual(calls, before),
    },
  }
}

/** @param {import('./vector.mjs').Vector} vector */
export function requestsOf({ request = {} }) {
  return Array.isArray(request) ? request : [request]
}

/** @param {import('./vector.mjs').Vector} vector @param {import('./vector.mjs').See} see */
export function listenerOf({ app = reporter }, see) {
  return app(see)
}

/** Time for what comes just after an answer, such as `close`, before Lambda would freeze the process. */
export async function settle() {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

/**
 * @param {Handler} handler
 * @param {{ event: any, mode: import('./vector.mjs').Mode }} call
 * @param {number} [timeoutMs]
 * @returns {Promise<Exchange>}
 */
async function invoke(handler, { event, mode }, timeoutMs = 30_000) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const hung = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.min(timeoutMs, BOUND_MS), HUNG)
  })
  try {
    const method = String(event.httpMethod)
    const result = await Promise.race([handler(event, lambdaContext(timeoutMs)), hung])
    if (result === HUNG) return { outcome: 'hung' }
    return { outcome: 'answered', response: readResult(JSON.stringify(result), mode, method) }
  } catch (error) {
    return { outcome: 'rejected', error: String(error) }
  } finally {
    clearTimeout(timer)
  }
}

const HUNG = Symbol('hung')

/** What AWS's runtime client for Node puts there. @param {number} timeoutMs */
function lambdaContext(timeoutMs) {
  const deadline = Date.now() + timeoutMs
  return {
    functionName: 'shop',
    functionVersion: '7',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:shop:live',
    memoryLimitInMB: '1024',
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    logGroupName: '/aws/lambda/shop',
    logStreamName: '2026/11/22/[7]0123456789abcdef0123456789abcdef',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }
}
