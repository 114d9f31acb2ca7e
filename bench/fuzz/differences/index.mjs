// All that may be different for an app, or its client, once it is a function behind a load balancer.
import { isUtf8 } from 'node:buffer'
import { valuesOf } from '../message.mjs'
import { BY_ADAPTER, BY_LOAD_BALANCER } from './of-requests.mjs'
import { OF_RESPONSES } from './of-responses.mjs'

export { BY_LOAD_BALANCER } from './of-requests.mjs'

/** @typedef {import('./difference.mjs').Difference} Difference */

/** @type {readonly Difference[]} */
export const DIFFERENCES = [...BY_LOAD_BALANCER, ...BY_ADAPTER, ...OF_RESPONSES]

/**
 * The request that stands, on a plain server, for what the client sent to the load balancer.
 *
 * @param {import('../message.mjs').Request} request
 * @param {import('./difference.mjs').Situation} situation
 * @param {readonly Difference[]} differences
 */
export function toPlainRequest(request, situation, differences = DIFFERENCES) {
  return differences.reduce((changed, one) => one.request?.(changed, situation) ?? changed, request)
}

/**
 * A plain server's answer as the load balancer's client would get it.
 *
 * @param {import('../message.mjs').Response} response
 * @param {import('../message.mjs').Request} request as the plain server got it
 * @param {import('./difference.mjs').Situation} situation
 * @param {readonly Difference[]} differences
 */
export function fromPlainResponse(response, request, situation, differences = DIFFERENCES) {
  return differences.reduce((changed, one) => {
    const passed = one.response?.(changed, request, situation) ?? changed
    return one.both?.(passed) ?? passed
  }, response)
}

/**
 * The load balancer's answer, less what no rule can foretell.
 *
 * @param {import('../message.mjs').Response} response
 * @param {readonly Difference[]} differences
 */
export function fromAlbResponse(response, differences = DIFFERENCES) {
  return differences.reduce((changed, one) => one.both?.(changed) ?? changed, response)
}

/**
 * The status with which the load balancer refuses a request before any function sees it; `undefined` when it does not.
 * A head that is not UTF-8 cannot be in an event, nor can such a body under a type that goes as text (ALB user guide,
 * "Access logs", `LambdaBadRequest`; the status is local-alb's `badRequestStatus`).
 *
 * @param {import('../message.mjs').Request} request
 * @param {import('./difference.mjs').Situation} situation
 */
export function refusalOf(request, situation) {
  const { method, target, headers, body } = toPlainRequest(request, situation, BY_LOAD_BALANCER)
  const head = [method, target, ...headers.flat()].join('\n')
  if (!isUtf8(Buffer.from(head, 'latin1'))) return 400
  const [type = ''] = valuesOf(headers, 'content-type').slice(-1)
  const isText = /^\s*(?:text\/[^;]*|application\/(?:json|javascript|xml))\s*(?:;|$)/i.test(type)
  const isEncoded = valuesOf(headers, 'content-encoding').length > 0
  return isText && !isEncoded && !isUtf8(body) ? 400 : undefined
}
