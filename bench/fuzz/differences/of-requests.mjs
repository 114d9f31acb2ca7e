// What reaches an app otherwise than the client sent it.
import { differences } from './difference.mjs'
import { isChunked, valuesOf, without } from '../message.mjs'

/** @typedef {import('../message.mjs').Request} Request */

const TRACE_ID = 'Root=1-00000000-000000000000000000000000'

/** In the order in which they come about. */
export const BY_LOAD_BALANCER = differences([
  {
    name: 'an event has no HTTP version',
    source: 'the members of an event: ALB user guide, "Lambda functions as targets"',
    request: (request) => ({ ...request, version: '1.1' }),
  },
  {
    name: 'the host of an absolute target goes into Host',
    source: 'ALB user guide, "Host header preservation"; RFC 9112, section 3.2.2',
    request: (request) => {
      const match = /^http:\/\/([^/?#]+)(.*)$/is.exec(request.target)
      if (!match) return request
      const [, host = '', rest = ''] = match
      const headers = request.headers.map((field) =>
        field[0].toLowerCase() === 'host' ? /** @type {const} */ (['Host', host]) : field,
      )
      return { ...request, headers, target: rest.startsWith('/') ? rest : `/${rest}` }
    },
  },
  {
    name: 'fields of one connection end at the load balancer',
    source: 'ELB user guide, "How Elastic Load Balancing works" (Expect); RFC 9110, section 7.6.1',
    request: (request) => ({
      ...request,
      headers: without(request.headers, [
        'expect',
        'keep-alive',
        'proxy-connection',
        'te',
        'trailer',
      ]),
    }),
  },
  {
    name: 'the load balancer adds its own fields',
    source: 'ALB user guide, "X-Forwarded headers", "Request tracing"',
    request: (request, { clientAddress, listenerPort }) => {
      const before = valuesOf(request.headers, 'x-forwarded-for').filter((value) => value !== '')
      const own = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port']
      return {
        ...request,
        headers: [
          ...without(request.headers, [...own, 'x-amzn-trace-id']),
          ['x-forwarded-for', [...before, clientAddress].join(', ')],
          ['x-forwarded-proto', 'http'],
          ['x-forwarded-port', String(listenerPort)],
          ['x-amzn-trace-id', TRACE_ID],
        ],
      }
    },
  },
  {
    name: 'the host is in lower case and names the port of the listener',
    source: 'ALB user guide, "Host header preservation"',
    request: (request, { listenerPort }) => {
      const [given = ''] = valuesOf(request.headers, 'host')
      const host = given.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      const named = /:\d+$/.test(host) ? host : `${host}:${listenerPort}`
      return { ...request, headers: [...without(request.headers, ['host']), ['Host', named]] }
    },
  },
  {
    name: 'names are in lower case',
    source: 'events of real load balancers, such as aws/aws-lambda-go events/testdata/alb-*.json',
    request: (request) => ({
      ...request,
      headers: request.headers.map(([name, value]) => [name.toLowerCase(), value]),
    }),
  },
  {
    name: 'single-value mode keeps the last of repeated fields',
    source: 'ALB user guide, "Lambda functions as targets", "Multi-value headers"',
    request: (request, { mode }) =>
      mode === 'multi' ? request : { ...request, headers: lastOfEach(request.headers) },
  },
  {
    name: 'fields are in alphabetical order',
    source: 'events of real load balancers, such as aws/aws-lambda-go events/testdata/alb-*.json',
    request: (request) => ({ ...request, headers: request.headers.toSorted(byName) }),
  },
  {
    name: 'a chunked body arrives whole, and has a length',
    source:
      'the load balancer buffers it (ALB user guide, "Access logs"); the adapter counts it, or body parsers would see none',
    request: (request) => {
      if (!isChunked(request)) return request
      const { trailers: _trailers, chunks: _chunks, ...rest } = request
      return {
        ...rest,
        headers: [
          ...without(request.headers, ['transfer-encoding', 'content-length']),
          ...lengthOf(request),
        ],
      }
    },
  },
  {
    name: 'a query is taken apart: no empty pieces, `a` is `a=`, the keys in alphabetical order',
    source:
      'the maps of an event have no place for these; ALB user guide, "Lambda functions as targets"',
    request: (request) => withQuery(request, (pieces) => inOrderOfObjects(pieces.toSorted(byName))),
  },
  {
    name: 'single-value mode keeps the last of repeated keys',
    source: 'ALB user guide, "Lambda functions as targets", "Multi-value headers"',
    request: (request, { mode }) =>
      mode === 'multi' ? request : withQuery(request, (pieces) => lastOfEach(pieces)),
  },
])

/** In the order in which they come about. */
export const BY_ADAPTER = differences([
  {
    name: 'a POST, PUT or PATCH without a body has the length 0',
    source: 'the adapter; RFC 9110, section 8.6',
    request: (request) =>
      request.body.length > 0 ||
      !/^(POST|PUT|PATCH)$/.test(request.method) ||
      valuesOf(request.headers, 'content-length').length > 0
        ? request
        : { ...request, headers: [...request.headers, ['content-length', '0']] },
  },
  {
    name: 'bytes that no request target may hold are percent-encoded',
    source: 'the adapter, for an event may hold them in either form; RFC 3986, section 2',
    request: (request) => ({
      ...request,
      target: request.target.replace(
        /[^!#-;=?-[\]_a-z~]/g,
        (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      ),
    }),
  },
])

/** @param {Request} request @returns {import('../message.mjs').Fields} */
function lengthOf({ method, body }) {
  const expected = body.length > 0 || /^(POST|PUT|PATCH)$/.test(method)
  return expected ? [['content-length', String(body.length)]] : []
}

/** By bytes. @param {readonly [string, string]} a @param {readonly [string, string]} b */
function byName([a], [b]) {
  return a < b ? -1 : a > b ? 1 : 0
}

/** @param {import('../message.mjs').Fields} fields @returns {import('../message.mjs').Fields} */
function lastOfEach(fields) {
  return [...new Map(fields)]
}

/**
 * The order in which JavaScript has the members of the parsed event: array indexes first.
 *
 * @param {import('../message.mjs').Fields} pieces
 */
function inOrderOfObjects(pieces) {
  const isIndex = (/** @type {string} */ name) =>
    /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1
  return [
    ...pieces.filter(([name]) => isIndex(name)).toSorted(([a], [b]) => Number(a) - Number(b)),
    ...pieces.filter(([name]) => !isIndex(name)),
  ]
}

/**
 * @param {Request} request
 * @param {(pieces: import('../message.mjs').Fields) => import('../message.mjs').Fields} change
 * @returns {Request}
 */
function withQuery(request, change) {
  const mark = request.target.indexOf('?')
  if (mark === -1) return request
  const pieces = request.target
    .slice(mark + 1)
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=')
      const name = equals === -1 ? piece : piece.slice(0, equals)
      return /** @type {[string, string]} */ ([name, equals === -1 ? '' : piece.slice(equals + 1)])
    })
  const query = change(pieces).map(([name, value]) => `${name}=${value}`)
  const path = request.target.slice(0, mark)
  return { ...request, target: query.length > 0 ? `${path}?${query.join('&')}` : path }
}
