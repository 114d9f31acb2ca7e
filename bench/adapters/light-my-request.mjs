// light-my-request has no Lambda side of its own. This bridge is in the place of those written around it, such as
// @fastify/aws-lambda, and as good as they could be: what still fails is light-my-request's own.
import inject from 'light-my-request'
import { isBinary as isBinaryType } from './is-binary.mjs'

/** It adds them to every response without a length, as if there were a connection. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener, _entry, { isBinary = isBinaryType } = {}) {
  return async (event) => {
    const payload = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
    const { statusCode, statusMessage, headers, rawPayload } = await inject(listener, {
      method: event.httpMethod,
      url: targetOf(event),
      headers: event.multiValueHeaders ?? event.headers ?? {},
      remoteAddress: '10.0.0.2',
      ...(payload.length > 0 && { payload }),
    })
    const isBase64Encoded = isBinary(headers)
    return {
      statusCode,
      statusDescription: `${statusCode} ${statusMessage}`,
      ...(event.multiValueHeaders
        ? { multiValueHeaders: lists(headers) }
        : { headers: singles(headers) }),
      body: rawPayload.toString(isBase64Encoded ? 'base64' : 'utf8'),
      isBase64Encoded,
    }
  }
}

/** @param {import('../event.mjs').AlbEvent} event */
function targetOf(event) {
  const query = event.multiValueQueryStringParameters ?? event.queryStringParameters ?? {}
  const pieces = Object.entries(query).flatMap(([name, held]) =>
    [held].flat().map((value) => `${name}=${value}`),
  )
  return pieces.length === 0 ? event.path : `${event.path}?${pieces.join('&')}`
}

/** @param {import('node:http').OutgoingHttpHeaders} headers */
function lists(headers) {
  return Object.fromEntries(
    endToEnd(headers).map(([name, held]) => [name, [held].flat().map(String)]),
  )
}

/** Several cookies in spellings of their own, as Mangum does it. @param {import('node:http').OutgoingHttpHeaders} headers */
function singles(headers) {
  return Object.fromEntries(
    endToEnd(headers).flatMap(([name, held]) =>
      name === 'set-cookie'
        ? [held].flat().map((value, i) => [spelling(name, i), String(value)])
        : [[name, [held].flat().join(', ')]],
    ),
  )
}

/** @param {import('node:http').OutgoingHttpHeaders} headers */
function endToEnd(headers) {
  return Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name))
}

/** Each bit of the number makes one letter a capital. @param {string} name @param {number} number */
function spelling(name, number) {
  return name.replace(/[a-z]/g, (letter, at) =>
    (number >> (at > 3 ? at - 1 : at)) & 1 ? letter.toUpperCase() : letter,
  )
}
