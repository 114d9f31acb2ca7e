// Status, reason and header fields of the result.
import { STATUS_CODES } from 'node:http'
import { createApp, serves } from '../apps.mjs'
import { AS_NODE, matching, oneOf, that } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Listener} Listener
 * @typedef {import('../vector.mjs').Answer} Answer
 */

const WRITE_HEAD = 'Node: response.writeHead; peers A3'
const HOP = 'contract 5.2, A19 (AWS: hop-by-hop headers are not honoured); RFC 9110, section 7.6.1'

/** @type {Vector[]} */
export const result = [
  ...[200, 201, 299, 301, 400, 404, 418, 500, 503, 599].map(status),
  answers(
    'status-message',
    (_req, res) => {
      res.statusMessage = 'Teapot Time'
      res.statusCode = 418
      res.end()
    },
    { status: 418, phrase: 'Teapot Time' },
    'contract 5.1; peers A2',
    'a reason phrase of its own',
  ),
  answers(
    'status-message-head',
    (_req, res) => {
      res.writeHead(503, 'Back Soon')
      res.end()
    },
    { status: 503, phrase: 'Back Soon' },
    'contract 5.1; Node',
    'a reason phrase given to writeHead',
  ),
  answers(
    'field-array',
    (_req, res) => {
      res.setHeader('Vary', ['A', 'B'])
      res.end()
    },
    { headers: { vary: listOf('A', 'B') } },
    'RFC 9110, section 5.3; peers A2',
    'both values of a field given as an array',
  ),
  answers(
    'field-appended',
    (_req, res) => {
      res.appendHeader('Link', '</a>; rel=x')
      res.appendHeader('Link', ['</b>; rel=y', '</c>; rel=z'])
      res.end()
    },
    {
      headers: {
        link: listOf('</a>; rel=x', '</b>; rel=y', '</c>; rel=z'),
      },
    },
    'Node: response.appendHeader; peers A2',
    'appended values, none lost and none twice',
  ),
  answers(
    'field-challenges',
    (_req, res) => {
      res.setHeader('WWW-Authenticate', ['Basic realm="a"', 'Bearer'])
      res.writeHead(401)
      res.end()
    },
    {
      status: 401,
      headers: { 'www-authenticate': listOf('Basic realm="a"', 'Bearer') },
    },
    'RFC 9110, section 11.6.1',
    'two challenges',
  ),
  answers(
    'field-number',
    (_req, res) => {
      res.setHeader('X-Count', 42)
      res.end()
    },
    { headers: { 'x-count': '42' } },
    'contract 5.1, A7',
    'a number as a string',
  ),
  answers(
    'field-length-number',
    (_req, res) => {
      res.setHeader('Content-Length', 5)
      res.end('hello')
    },
    { status: 200, text: 'hello' },
    'contract 5.1, A7; serverless-express#563',
    'a content-length that was a number',
  ),
  answers(
    'field-boolean',
    (_req, res) => {
      res.setHeader('X-Yes', /** @type {string} */ (/** @type {unknown} */ (true)))
      res.end()
    },
    { headers: { 'x-yes': 'true' } },
    'contract 5.1, A6; lambda-api#117',
    'a boolean as a string',
  ),
  answers(
    'field-empty',
    (_req, res) => {
      res.setHeader('X-Empty', '')
      res.end()
    },
    { headers: { 'x-empty': '' } },
    'RFC 9110, section 5.5',
    'an empty value',
  ),
  answers(
    'field-latin1',
    (_req, res) => {
      res.setHeader('Content-Disposition', 'attachment; filename="é.pdf"')
      res.end()
    },
    { status: 200, headers: { 'content-disposition': 'attachment; filename="é.pdf"' } },
    'Node: header values are Latin-1; peers B6, 4',
    'a Latin-1 value',
  ),
  answers(
    'field-proto',
    (_req, res) => {
      res.setHeader('__proto__', 'x')
      res.end()
    },
    { status: 200, headers: { ['__proto__']: 'x' } },
    'Node',
    'a field named __proto__ as any other',
  ),
  answers(
    'field-removed',
    (_req, res) => {
      res.setHeader('X-Gone', '1')
      res.removeHeader('x-gone')
      res.end()
    },
    { headers: { 'x-gone': undefined } },
    'Node: response.removeHeader',
    'no field that was removed',
  ),
  answers(
    'field-replaced',
    (_req, res) => {
      res.setHeader('x-a', '1')
      res.setHeader('X-A', '2')
      res.end()
    },
    { headers: { 'x-a': '2' } },
    'Node: response.setHeader',
    'only the last of two values set',
  ),
  answers(
    'field-long',
    (_req, res) => {
      res.setHeader('x-long', 'v'.repeat(8000))
      res.end()
    },
    { headers: { 'x-long': 'v'.repeat(8000) } },
    'contract 5.2',
    'eight thousand characters',
  ),
  answers(
    'field-many',
    (_req, res) => {
      for (let i = 0; i < 200; i++) res.setHeader(`x-${i}`, String(i))
      res.end()
    },
    { headers: AS_NODE },
    'Node',
    'two hundred fields',
  ),
  answers(
    'field-set-headers',
    (_req, res) => {
      res.setHeaders(
        new Map([
          ['x-a', '1'],
          ['x-b', '2'],
        ]),
      )
      res.end()
    },
    { headers: { 'x-a': '1', 'x-b': '2' } },
    'Node: response.setHeaders',
    'fields from a map',
  ),
  answers(
    'write-head-object',
    (_req, res) => {
      res.writeHead(201, { 'Content-Type': 'text/plain', 'X-A': '1' })
      res.end('made')
    },
    { status: 201, headers: { 'content-type': 'text/plain', 'x-a': '1' }, text: 'made' },
    WRITE_HEAD,
    'fields given only to writeHead',
  ),
  answers(
    'write-head-array',
    (_req, res) => {
      res.writeHead(200, ['X-A', '1', 'X-A', '2', 'X-B', '3'])
      res.end()
    },
    { headers: { 'x-a': listOf('1', '2'), 'x-b': '3' } },
    WRITE_HEAD,
    'a flat array with a repeated name',
  ),
  answers(
    'write-head-merged',
    (_req, res) => {
      res.setHeader('X-A', '1')
      res.setHeader('X-B', '1')
      res.writeHead(200, { 'x-b': '2', 'X-C': '3' })
      res.end()
    },
    { headers: { 'x-a': '1', 'x-b': '2', 'x-c': '3' } },
    WRITE_HEAD,
    'fields of setHeader and writeHead together',
  ),
  answers(
    'write-head-reason',
    (_req, res) => {
      res.writeHead(200, 'Fine', { 'X-A': ['1', '2'] })
      res.end()
    },
    { phrase: 'Fine', headers: { 'x-a': listOf('1', '2') } },
    WRITE_HEAD,
    'reason, object and array value together',
  ),
  {
    id: 'write-head-express',
    claim: 'the client gets fields given only to writeHead under Express without X-Powered-By',
    source: 'peers B1, 9',
    standing: 'documented',
    app: () =>
      createApp()
        .disable('x-powered-by')
        .use((_req, res) => {
          res.writeHead(201, { 'Content-Type': 'application/json', Location: 'https://a.example/' })
          res.end('{}')
        }),
    answer: {
      status: 201,
      headers: {
        'content-type': 'application/json',
        location: 'https://a.example/',
        'x-powered-by': undefined,
      },
    },
  },
  answers(
    'hop-by-hop',
    (_req, res) => {
      for (const name of ['Connection', 'Keep-Alive', 'Proxy-Connection', 'TE', 'Upgrade'])
        res.setHeader(name, 'x')
      res.end('ok')
    },
    {
      headers: {
        connection: undefined,
        'keep-alive': undefined,
        'proxy-connection': undefined,
        te: undefined,
        upgrade: undefined,
      },
      text: 'ok',
    },
    HOP,
    'no field that is for the next hop only',
    'it is the next hop',
  ),
  answers(
    'hop-by-hop-named',
    (_req, res) => {
      res.setHeader('Connection', 'close, X-Hop')
      res.setHeader('X-Hop', '1')
      res.setHeader('X-End', '1')
      res.end('ok')
    },
    { headers: { connection: undefined, 'x-hop': undefined, 'x-end': '1' } },
    HOP,
    'no field that Connection names',
    'it is the next hop',
  ),
  answers(
    'hop-by-hop-own',
    (_req, res) => {
      res.write('no ')
      res.end('length')
    },
    {
      headers: { connection: undefined, 'transfer-encoding': undefined, 'keep-alive': undefined },
      text: 'no length',
    },
    HOP,
    "nothing of Node's own framing",
    'it is the next hop',
  ),
  answers(
    'date',
    (_req, res) => {
      res.setHeader('Date', 'Tue, 01 Jan 2030 00:00:00 GMT')
      res.end()
    },
    { headers: { date: 'Tue, 01 Jan 2030 00:00:00 GMT' } },
    'contract 5.2 (serverlessish#4)',
    "the app's own Date",
  ),
  answers(
    'location',
    (_req, res) => {
      res.statusCode = 302
      res.setHeader('Location', '/b?c=%2F')
      res.end()
    },
    {
      status: 302,
      headers: {
        location: oneOf('/b?c=%2F', matching(/^https?:\/\/shop\.example\.com\/b\?c=%2F$/)),
      },
    },
    'contract 5.2, A18',
    'a location as the app wrote it',
  ),
  answers(
    'no-content',
    (_req, res) => {
      res.statusCode = 204
      res.setHeader('X-A', '1')
      res.end()
    },
    { status: 204, headers: { 'x-a': '1', 'content-length': undefined }, base64: '' },
    'RFC 9110, sections 8.6 and 15.3.5',
    '204 with neither body nor length',
  ),
  answers(
    'not-modified',
    (_req, res) => {
      res.statusCode = 304
      res.setHeader('ETag', '"x"')
      res.end()
    },
    { status: 304, headers: { etag: '"x"' }, base64: '' },
    'RFC 9110, section 15.4.5',
    '304 with its validators and no body',
  ),
  {
    ...answers(
      'head',
      (_req, res) => {
        res.setHeader('Content-Type', 'text/plain')
        res.end('hello')
      },
      {
        status: 200,
        headers: { 'content-type': 'text/plain', 'content-length': oneOf(undefined, '5') },
        base64: '',
      },
      'RFC 9110, section 9.3.2; contract 5.2',
      'to HEAD, the fields of GET with no body and no wrong length',
    ),
    request: { method: 'HEAD' },
  },
  {
    ...answers(
      'head-length',
      (_req, res) => {
        res.setHeader('Content-Length', '1234')
        res.end()
      },
      { status: 200, headers: { 'content-length': oneOf(undefined, '1234') } },
      'RFC 9110, section 8.6; contract 5.2',
      'to HEAD, the length that the app declares or none',
    ),
    request: { method: 'HEAD' },
  },
  {
    id: 'form-of-mode',
    claim: 'the fields are in the member that the mode asks for',
    source: 'contract 5.1, A13; peers A1 (fastify, hono#2493)',
    standing: 'documented',
    app: serves((_req, res) => {
      res.setHeader('X-A', '1')
      res.end('x')
    }),
    answer: { status: 200, headers: { 'x-a': '1' }, clear: true },
  },
  {
    id: 'form-follows-event',
    claim: 'one handler answers each event in that event’s own mode',
    source: 'contract 7 (the attribute can be switched at any time)',
    standing: 'inferred',
    modes: ['multi'],
    request: [{ mode: 'single' }, { mode: 'multi' }, { mode: 'single' }],
    app: serves((_req, res) => {
      res.setHeader('X-A', '1')
      res.end('x')
    }),
    answer: Array.from({ length: 3 }, () => ({ status: 200, headers: { 'x-a': '1' } })),
  },
]

/** @param {number} code @returns {Vector} */
function status(code) {
  return {
    id: `status-${code}`,
    claim: `status ${code} and its phrase reach the client`,
    source: 'contract 5.1; RFC 9110, section 15',
    standing: 'documented',
    app: serves((_req, res) => {
      res.statusCode = code
      res.end()
    }),
    answer: {
      status: code,
      clear: true,
      ...(code in STATUS_CODES && { phrase: AS_NODE }),
    },
  }
}

/**
 * @param {string} id
 * @param {Listener} listener
 * @param {Answer} answer
 * @param {string} source
 * @param {string} what
 * @param {string} [apart]
 * @returns {Vector}
 */
function answers(id, listener, answer, source, what, apart) {
  const claim = `the client gets ${what}`
  const vector = {
    id,
    claim,
    source,
    standing: /** @type {const} */ ('documented'),
    app: serves(listener),
    answer,
  }
  return apart === undefined ? vector : { ...vector, apart }
}

/**
 * A field of several values. The space after a comma is optional (RFC 9110, section 5.6.1), and their order is not the
 * load balancer's to keep.
 *
 * @param {...string} values
 */
function listOf(...values) {
  const wanted = values.toSorted().join()
  return that(
    `${values.join(' and ')}, each once`,
    (value) => typeof value === 'string' && value.split(/, */).toSorted().join() === wanted,
  )
}
