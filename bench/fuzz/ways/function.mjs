// The shortest way: an event made here, the handler called, the answer made of its result. It shares no line with
// local-alb, so that the same misreading cannot be on both sides.
import { DIFFERENCES, BY_LOAD_BALANCER, toPlainRequest } from '../differences/index.mjs'
import { isChunked, valuesOf, without } from '../message.mjs'

/** @typedef {import('../message.mjs').Request} Request */
/** @typedef {import('../message.mjs').Response} Response */

const TEXT = /^(?:text\/[^;]*|application\/(?:json|javascript|xml))\s*(?:;|$)/i
const DROPPED = ['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/**
 * ALB user guide, "Lambda functions as targets", "Receive events from the load balancer".
 *
 * @param {Request} request as the client sends it
 * @param {import('../differences/difference.mjs').Situation} situation
 */
export function toEvent(request, situation) {
  const { method, target, headers, body } = toPlainRequest(request, situation, BY_LOAD_BALANCER)
  // A chunked body has no length here: an adapter has to count it.
  const fields = isChunked(request) ? without(headers, ['content-length']) : headers
  const [path = '', query] = target.split(/\?(.*)/s)
  const pieces = (query ?? '').split('&').filter((piece) => piece !== '')
  const pairs = pieces.map((piece) => /** @type {[string, string]} */ (piece.split(/=(.*)/s)))
  const [type = ''] = valuesOf(headers, 'content-type').slice(-1)
  const isEncoded = valuesOf(headers, 'content-encoding').length > 0
  const isBase64Encoded = body.length > 0 && (isEncoded || !TEXT.test(type))
  const inMode =
    situation.mode === 'multi'
      ? { multiValueQueryStringParameters: lists(pairs), multiValueHeaders: lists(fields) }
      : {
          queryStringParameters: Object.fromEntries(lasts(pairs)),
          headers: Object.fromEntries(lasts(fields)),
        }
  return {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/fuzz/1' },
    },
    httpMethod: method,
    path: toText(path),
    ...inMode,
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  }
}

/** @param {import('../message.mjs').Fields} pairs */
function lasts(pairs) {
  return pairs.map(([name, value]) => [toText(name), toText(value)])
}

/** @param {import('../message.mjs').Fields} pairs */
function lists(pairs) {
  const names = [...new Set(pairs.map(([name]) => name))]
  const valuesOfName = (/** @type {string} */ wanted) =>
    pairs.flatMap(([name, value]) => (name === wanted ? [toText(value)] : []))
  return Object.fromEntries(names.map((name) => [toText(name), valuesOfName(name)]))
}

/** @param {string} bytes */
function toText(bytes) {
  return Buffer.from(bytes, 'latin1').toString()
}

/**
 * The answer of a load balancer that does to a result what it is known to do.
 *
 * @param {import('express-alb').AlbResult} result
 * @param {Request} request
 * @param {import('../differences/difference.mjs').Situation} situation
 * @returns {Response}
 */
export function toResponse(result, request, situation) {
  const { statusCode, statusDescription, body, isBase64Encoded } = result
  const map = situation.mode === 'multi' ? result.multiValueHeaders : result.headers
  /** @type {[string, string | string[]][]} */
  const entries = Object.entries(map ?? {})
  const given = entries.flatMap(([name, held]) =>
    [held].flat().map((value) => /** @type {[string, string]} */ ([name, toBytes(value)])),
  )
  const isBodyless = statusCode === 204 || statusCode === 304
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  /** @type {Response} */
  const response = {
    end: 'complete',
    interim: [],
    status: statusCode,
    reason: toBytes(statusDescription.slice(4)),
    fields: without(given, DROPPED),
    body: isBodyless || request.method === 'HEAD' ? Buffer.alloc(0) : bytes,
    trailers: [],
  }
  // What the load balancer adds by itself is the same for any answer.
  const added = DIFFERENCES.filter(({ by }) => by === 'load balancer')
  const plainRequest = toPlainRequest(request, situation)
  return added.reduce(
    (made, one) => one.response?.(made, plainRequest, situation) ?? made,
    response,
  )
}

/** @param {string} text */
function toBytes(text) {
  return Buffer.from(text).toString('latin1')
}
