// The handler, its event, and several invocations at once.
import { createServer, get } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createApp, EXPRESS, read, serves } from '../apps.mjs'
import { oneOf, that } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Request} Request
 */

const HAND = 'contract 1.1; events as documents and consoles show them'
const HEALTH = 'contract 4, R28 (AWS; aws-lambda-rust-runtime#495)'
const UPLOAD = {
  method: 'POST',
  path: '/a%2Fb',
  query: /** @type {[string, string][]} */ ([['q', '%2525']]),
  headers: /** @type {[string, string][]} */ ([['content-type', 'image/png']]),
  body: Buffer.from([0, 255]),
}

/** @type {Vector[]} */
export const invocation = [
  {
    id: 'handler-async',
    claim:
      'the handler is an async function, so that a promise nobody keeps becomes an error and not null',
    source: 'peers 0, 11 (Lambda runtime client: UserFunction)',
    standing: 'observed',
    app: serves((_req, res) => void res.end()),
    handler: { isAsyncFunction: true },
  },
  {
    id: 'handler-parameters',
    claim: 'the handler has at most two parameters, or the Node 24 runtime refuses it',
    source: 'contract 7 (nodejs24.x; H4ad#379)',
    standing: 'observed',
    app: serves((_req, res) => void res.end()),
    handler: { parameters: that('at most 2', (value) => Number(value) <= 2) },
  },
  {
    id: 'event-untouched',
    claim: 'the event is as it was after an invocation',
    source: 'peers A1; retries, loggers and tests read the event again',
    standing: 'inferred',
    request: UPLOAD,
    handler: { eventIsUntouched: true },
  },
  {
    id: 'event-untouched-chunked',
    claim: 'the event gets no content-length that it did not have',
    source: 'peers A1 (H4ad writes one)',
    standing: 'inferred',
    request: { ...UPLOAD, chunked: true },
    handler: { eventIsUntouched: true },
  },
  {
    id: 'event-twice',
    claim: 'the same event object gives the same request a second time',
    source: 'peers B2, 8',
    standing: 'observed',
    request: UPLOAD,
    twice: true,
    sees: { url: '/a%2Fb?q=%2525', base64: UPLOAD.body.toString('base64') },
    answer: { status: 200 },
  },
  {
    id: 'concurrent',
    claim: 'twenty invocations at once get each its own answer',
    source: 'peers A3 (B1, 16); Lambda managed instances',
    standing: 'observed',
    request: Array.from({ length: 20 }, (_, i) => ({
      method: 'POST',
      path: `/${i}`,
      headers: /** @type {[string, string][]} */ ([['content-type', 'text/plain']]),
      body: `body ${i}`,
    })),
    app: serves((req, res) => {
      setTimeout(() => read(req, (body) => res.end(`${req.url} ${body.toString()}`)), 2)
    }),
    answer: Array.from({ length: 20 }, (_, i) => ({ status: 200, text: `/${i} body ${i}` })),
  },
  {
    id: 'concurrent-express',
    claim: 'under Express, requests at once keep their cookies and addresses apart',
    source: 'peers A3',
    standing: 'observed',
    request: ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map((ip) => ({
      headers: [
        ['x-forwarded-for', ip],
        ['cookie', `ip=${ip}`],
      ],
    })),
    app: () => {
      const app = createApp()
      app.set('trust proxy', 1)
      return app.use((req, res) => {
        setTimeout(() => res.json([req.ip, req.headers.cookie]), 2)
      })
    },
    answer: ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map((ip) => ({
      json: [ip, `ip=${ip}`],
    })),
  },
  ...EXPRESS.map(
    /** @returns {Vector} */ ({ major, express }) => ({
      id: `app-unharmed-express${major}`,
      claim: `after an invocation the same Express ${major} app still serves a real server`,
      source: 'peers B4 (prototypes rewired)',
      standing: 'observed',
      app: () => createApp(express).use((req, res) => void res.json([req.url, req.ip !== ''])),
      async after(listener, see) {
        see({ body: await serveOnce(listener) })
      },
      sees: { body: '["/real",true]' },
      answer: { status: 200 },
      apart: 'it is one itself',
    }),
  ),
  {
    id: 'health-check',
    claim: 'a health check, which has no host, reaches the app',
    source: HEALTH,
    standing: 'observed',
    request: { path: '/health', bare: true, headers: [['user-agent', 'ELB-HealthChecker/2.0']] },
    app: (see) => {
      const app = createApp()
      return app.get('/health', (req, res) => {
        see({ host: req.headers.host ?? 'none', agent: req.get('user-agent') })
        res.send('healthy')
      })
    },
    sees: { host: 'none', agent: 'ELB-HealthChecker/2.0' },
    answer: { status: 200, text: 'healthy' },
  },
  {
    id: 'health-check-url',
    claim: 'the path and query of a health check are as configured',
    source: HEALTH,
    standing: 'documented',
    request: {
      path: '/v1/health/',
      query: [['deep', '1']],
      bare: true,
      headers: [['user-agent', 'ELB-HealthChecker/2.0']],
    },
    sees: { method: 'GET', url: '/v1/health/?deep=1', raw: ['user-agent: ELB-HealthChecker/2.0'] },
    answer: { status: 200 },
  },
  byHand(
    'hand-no-context',
    { requestContext: undefined },
    {},
    { url: '/x' },
    'without requestContext',
  ),
  {
    ...byHand(
      'hand-null-maps',
      {},
      { queryStringParameters: null },
      { url: '/x' },
      'with a null query',
    ),
    modes: ['single'],
  },
  {
    ...byHand(
      'hand-no-query-map',
      {},
      { queryStringParameters: undefined, multiValueQueryStringParameters: undefined },
      { url: '/x' },
      'without a query map',
    ),
  },
  {
    ...byHand(
      'hand-query-array',
      {},
      { queryStringParameters: { name: ['foo', 'bar'] } },
      { url: '/x?name=foo&name=bar' },
      'with arrays in the single-value query',
    ),
    modes: ['single'],
  },
  {
    ...byHand(
      'hand-header-array',
      {},
      { headers: { host: 'a.example', accept: ['a', 'b'] } },
      { headers: { accept: oneOf('a, b') } },
      'with arrays in the single-value headers',
    ),
    modes: ['single'],
  },
  {
    ...byHand(
      'hand-header-case',
      {},
      { headers: { Host: 'a.example', 'X-Custom': '1' } },
      { headers: { host: 'a.example', 'x-custom': '1' } },
      'with header names in mixed case',
    ),
    modes: ['single'],
  },
  {
    ...byHand(
      'hand-header-case-multi',
      {},
      { multiValueHeaders: { Host: ['a.example'], 'X-Custom': ['1'] } },
      { headers: { host: 'a.example', 'x-custom': '1' } },
      'with header names in mixed case',
    ),
    modes: ['multi'],
  },
]

/**
 * @param {string} id
 * @param {Record<string, unknown>} context
 * @param {Record<string, unknown>} patch
 * @param {object} sees
 * @param {string} what
 * @returns {Vector}
 */
function byHand(id, context, patch, sees, what) {
  return {
    id,
    claim: `an event written by hand ${what} is served`,
    source: HAND,
    standing: 'inferred',
    request: { path: '/x', patch: { ...context, ...patch } },
    sees,
    answer: { status: 200 },
    apart: 'it takes no events',
  }
}

/** @param {import('../vector.mjs').Listener} listener */
async function serveOnce(listener) {
  const server = createServer(listener)
  try {
    await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(undefined))
    })
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    /** @type {import('node:http').IncomingMessage} */
    const response = await new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: '/real', agent: false }, resolve).on('error', reject)
    })
    return (await buffer(response)).toString()
  } catch (error) {
    return String(error)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
