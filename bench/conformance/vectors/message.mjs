// req, res and their socket: Node's own classes with Node's own members.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex, finished } from 'node:stream'
import onFinished from 'on-finished'
import timeout from 'connect-timeout'
import { createApp, EXPRESS, serves } from '../apps.mjs'
import { AS_NODE } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Listener} Listener
 */

/** @type {Vector[]} */
export const message = [
  facts(
    'request-class',
    (req) => req instanceof IncomingMessage,
    true,
    'req is an IncomingMessage',
  ),
  facts(
    'response-class',
    (_req, res) => res instanceof ServerResponse,
    true,
    'res is a ServerResponse',
  ),
  ...EXPRESS.map(
    /** @returns {Vector} */ ({ major, express }) => ({
      id: `classes-express${major}`,
      claim: `under Express ${major} req and res are still Node's`,
      source: 'Node: http.IncomingMessage, http.ServerResponse; peers A3',
      standing: 'documented',
      app: (see) =>
        createApp(express).use((req, res) => {
          see({ req: req instanceof IncomingMessage, res: res instanceof ServerResponse })
          res.send('ok')
        }),
      sees: { req: true, res: true },
    }),
  ),
  facts(
    'socket-duplex',
    (req) => req.socket instanceof Duplex,
    true,
    'the socket is a duplex stream',
  ),
  facts(
    'socket-shared',
    (req, res) => req.socket === res.socket,
    true,
    'req and res share a socket',
  ),
  facts('response-request', (req, res) => res.req === req, true, 'res.req is the request'),
  facts(
    'http-version',
    ({ httpVersion, httpVersionMajor, httpVersionMinor }) => [
      httpVersion,
      httpVersionMajor,
      httpVersionMinor,
    ],
    ['1.1', 1, 1],
    'the version is 1.1, its parts are numbers',
  ),
  facts(
    'request-state',
    ({ destroyed, readableEnded, errored }) => [destroyed, readableEnded, errored],
    AS_NODE,
    'the request is neither destroyed nor read nor in error',
  ),
  facts(
    'request-aborted',
    (req) => /** @type {any} */ (req).aborted,
    false,
    'the request is not aborted',
  ),
  facts(
    'request-status',
    ({ statusCode, statusMessage }) => [statusCode, statusMessage],
    AS_NODE,
    'what belongs to client responses is not set',
  ),
  facts(
    'request-trailers',
    (req) => [req.trailers, req.rawTrailers],
    [{}, []],
    'a request without trailers has empty ones',
  ),
  facts(
    'socket-state',
    ({ socket }) => [socket.destroyed, socket.readable, socket.writable],
    [false, true, true],
    'the socket is open both ways',
  ),
  facts(
    'socket-emitter',
    ({ socket }) => socket.once('close', () => {}) === socket,
    true,
    'one can listen to the socket',
  ),
  facts(
    'response-state',
    (_req, res) => [res.headersSent, res.writableEnded, res.writableFinished, res.statusCode],
    AS_NODE,
    'a fresh response has sent nothing',
  ),
  facts(
    'response-headers',
    (_req, res) => {
      res.setHeader('X-One', ['1', '2'])
      return [res.getHeader('x-one'), res.getHeaderNames(), res.hasHeader('X-ONE')]
    },
    [['1', '2'], ['x-one'], true],
    'headers can be read back',
  ),
  facts(
    'response-writable',
    (_req, res) => [
      res.writable,
      res.writableHighWaterMark,
      res.writableLength,
      res.writableCorked,
      res.writableObjectMode,
    ],
    AS_NODE,
    "the response's stream properties are a server's",
  ),
  facts(
    'headers-sent',
    (_req, res) => {
      res.flushHeaders()
      return res.headersSent
    },
    true,
    'headersSent turns true',
  ),
  calls(
    'request-set-timeout',
    (req) => void req.setTimeout(1000, () => {}),
    'req.setTimeout() works',
  ),
  calls('response-set-timeout', (_req, res) => void res.setTimeout(1000), 'res.setTimeout() works'),
  calls(
    'socket-set-timeout',
    ({ socket }) => void socket.setTimeout(1000),
    'socket.setTimeout() works',
  ),
  calls(
    'socket-keep-alive',
    ({ socket }) => void socket.setKeepAlive(true, 1000),
    'socket.setKeepAlive() works',
  ),
  calls(
    'socket-no-delay',
    ({ socket }) => void socket.setNoDelay(true),
    'socket.setNoDelay() works',
  ),
  calls('socket-ref', ({ socket }) => void socket.ref().unref(), 'socket.ref() and unref() work'),
  {
    id: 'response-timeout-fires',
    claim: 'the callback of res.setTimeout() runs when nothing was sent in time',
    source: 'Node: response.setTimeout',
    standing: 'documented',
    app: serves((_req, res) => {
      res.setTimeout(10, () => {
        res.writeHead(503)
        res.end('too slow')
      })
    }),
    answer: { status: 503, text: 'too slow' },
  },
  {
    id: 'connect-timeout',
    claim: 'connect-timeout answers 503 when its time is over',
    source: 'connect-timeout; peers A3',
    standing: 'documented',
    app: () => createApp().use(timeout('10ms'), () => {}),
    answer: { status: 503 },
  },
  {
    id: 'on-finished',
    claim: 'on-finished reports the end of request and response',
    source: 'on-finished',
    standing: 'documented',
    app: (see) => (req, res) => {
      onFinished(req, () => see({ request: true }))
      onFinished(res, () => see({ response: true }))
      res.end()
    },
    sees: { request: true, response: true },
  },
  {
    id: 'stream-finished',
    claim: 'stream.finished() reports the end of a response without an error',
    source: 'Node: stream.finished',
    standing: 'documented',
    app: (see) => (_req, res) => {
      finished(res, (error) => see({ error: error?.message ?? 'none' }))
      res.end()
    },
    sees: { error: 'none' },
  },
  {
    id: 'error-codes',
    claim: 'misuse throws what Node throws',
    source: 'Node: ERR_HTTP_HEADERS_SENT, ERR_INVALID_CHAR, ERR_INVALID_HTTP_TOKEN and others',
    standing: 'documented',
    app: (see) => (_req, res) => {
      const codes = [
        codeOf(() => res.setHeader('x', 'a\r\nb')),
        codeOf(() => res.setHeader('a b', 'x')),
        codeOf(() =>
          res.setHeader('x', /** @type {string} */ (/** @type {unknown} */ (undefined))),
        ),
        codeOf(() => res.writeHead(99)),
        codeOf(() => res.write(/** @type {any} */ (7))),
        codeOf(() => res.writeHead(200, 'a\nb')),
      ]
      res.statusMessage = 'OK'
      res.flushHeaders()
      codes.push(codeOf(() => res.setHeader('x', 'y')))
      codes.push(codeOf(() => res.writeHead(200)))
      see({ codes })
      res.end()
    },
    sees: { codes: AS_NODE },
  },
]

/**
 * @param {string} id
 * @param {(req: IncomingMessage, res: ServerResponse) => unknown} look
 * @param {unknown} value
 * @param {string} claim
 * @returns {Vector}
 */
function facts(id, look, value, claim) {
  return {
    id,
    claim,
    source: 'Node: http.IncomingMessage, http.ServerResponse, net.Socket',
    standing: 'documented',
    app: (see) => (req, res) => {
      see({ value: look(req, res) })
      res.end()
    },
    sees: { value },
    answer: { status: 200 },
  }
}

/** @param {string} id @param {Listener} call @param {string} claim @returns {Vector} */
function calls(id, call, claim) {
  return {
    id,
    claim,
    source: 'Node: timeouts and socket options; peers A3',
    standing: 'documented',
    app: serves((req, res) => {
      call(req, res)
      res.end('ok')
    }),
    answer: { status: 200, text: 'ok' },
  }
}

/** @param {() => unknown} misuse */
function codeOf(misuse) {
  try {
    misuse()
    return 'none'
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code
  }
}
