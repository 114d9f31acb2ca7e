// Who is asking: what a target behind the same load balancer sees on EC2.
import { isIP } from 'node:net'
import session from 'express-session'
import morgan from 'morgan'
import { createApp, EXPRESS } from '../apps.mjs'
import { AS_NODE, that } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Request} Request
 */

const FORWARDED = 'contract 1.2, R12 (AWS: X-Forwarded headers); Express: trust proxy'
/** The client's own claim first, then the address the load balancer saw. */
const CLAIMED = forwardedFor('1.1.1.1, 203.0.113.7')
const anIp = that('an IP address', (value) => typeof value === 'string' && isIP(value) > 0)

/** @type {Vector[]} */
export const identity = [
  ...EXPRESS.flatMap(({ major, express }) => [
    trust(`ip-trust-one-express${major}`, 1, CLAIMED, { ip: '203.0.113.7' }, express),
    trust(`ip-trust-all-express${major}`, true, CLAIMED, { ip: '1.1.1.1' }, express),
    trust(`protocol-trust-express${major}`, 1, {}, { protocol: 'https', secure: true }, express),
    trust(
      `protocol-no-trust-express${major}`,
      false,
      {},
      { protocol: 'http', secure: false },
      express,
    ),
  ]),
  {
    ...trust('ip-no-trust', false, CLAIMED, {
      ip: that(
        'an address that no client can choose',
        (ip) => typeof ip === 'string' && isIP(ip) > 0 && ip !== '1.1.1.1',
      ),
    }),
    claim: 'without trust proxy, req.ip is one valid address and not what the client claims',
  },
  trust('ip-trust-two', 2, forwardedFor('1.1.1.1, 192.0.2.9, 203.0.113.7'), { ip: '192.0.2.9' }),
  trust('ips-trust-all', true, CLAIMED, { ips: ['1.1.1.1', '203.0.113.7'] }),
  trust('ips-no-trust', false, CLAIMED, { ips: [] }),
  {
    ...trust('ip-trust-private', 'uniquelocal', CLAIMED, { ip: '203.0.113.7' }),
    claim: 'trusting private addresses trusts the load balancer, whose nodes are in the VPC',
    apart: 'its peer is the loopback address',
  },
  {
    ...trust('ip-trust-named', ['loopback', 'linklocal', 'uniquelocal'], CLAIMED, {
      ip: '203.0.113.7',
    }),
    claim: 'trusting loopback, link-local and private addresses trusts the load balancer',
  },
  trust('ip-ipv6', 1, forwardedFor('2001:db8::7'), { ip: '2001:db8::7' }),
  trust('ip-with-port', 1, forwardedFor('203.0.113.7:4711'), { ip: AS_NODE }),
  trust('protocol-http-listener', 1, proto('http'), { protocol: 'http', secure: false }),
  trust('hostname', false, {}, { hostname: 'shop.example.com' }),
  trust('hostname-port', false, host('shop.example.com:8080'), { hostname: 'shop.example.com' }),
  trust('hostname-ipv6', false, host('[2001:db8::1]:8080'), { hostname: AS_NODE }),
  trust(
    'hostname-forwarded',
    1,
    { headers: [['x-forwarded-host', 'a.example']] },
    {
      hostname: 'a.example',
    },
  ),
  trust(
    'hostname-forwarded-no-trust',
    false,
    { headers: [['x-forwarded-host', 'a.example']] },
    {
      hostname: 'shop.example.com',
    },
  ),
  trust('subdomains', false, {}, { subdomains: ['shop'] }),
  {
    id: 'ip-two-lines',
    claim: 'two X-Forwarded-For lines count in their order',
    source: FORWARDED,
    standing: 'inferred',
    modes: ['multi'],
    request: {
      headers: [
        ['x-forwarded-for', '1.1.1.1'],
        ['x-forwarded-for', '203.0.113.7'],
      ],
    },
    app: (see) => whoIsAsking(see, 1),
    sees: { ip: '203.0.113.7' },
  },
  socket('peer-address', { remoteAddress: anIp }, 'the socket has one valid peer address'),
  socket('peer-is-plain', { encrypted: false }, 'the connection to a target is plain HTTP'),
  {
    id: 'peer-of-health-check',
    claim: 'a health check, which no client sent, shows a valid address and plain HTTP',
    source: 'contract 4, R28',
    standing: 'observed',
    request: { bare: true, headers: [['user-agent', 'ELB-HealthChecker/2.0']] },
    app: (see) => whoIsAsking(see, 1),
    sees: { ip: anIp, protocol: 'http', secure: false, hostname: AS_NODE },
    answer: { status: 200 },
  },
  {
    id: 'secure-cookie',
    claim: 'express-session sets a secure cookie on an HTTPS listener with trust proxy',
    source: 'express-session: cookie.secure',
    standing: 'documented',
    app: () => sessionApp(1),
    answer: { status: 200, cookies: oneSecureCookie() },
  },
  {
    id: 'secure-cookie-refused',
    claim: 'express-session sets no secure cookie on an HTTP listener',
    source: 'express-session: cookie.secure; peers B1, 5',
    standing: 'documented',
    request: proto('http'),
    app: () => sessionApp(1),
    answer: { status: 200, cookies: [] },
  },
  {
    id: 'access-log',
    claim: "morgan's log line names the client, the target and the status",
    source: 'morgan: tiny format with :remote-addr',
    standing: 'documented',
    request: { path: '/a', query: [['b', '%2F']] },
    app: (see) => {
      const app = createApp()
      app.set('trust proxy', 1)
      const stream = { write: (/** @type {string} */ line) => see({ line: line.trim() }) }
      const format = ':remote-addr :method :url HTTP/:http-version :status :res[content-length]'
      app.use(morgan(format, { stream }))
      return app.use((_req, res) => void res.send('hello'))
    },
    sees: { line: '203.0.113.7 GET /a?b=%2F HTTP/1.1 200 5' },
    answer: { text: 'hello' },
  },
]

/**
 * @param {string} id
 * @param {unknown} setting of trust proxy
 * @param {Request} request
 * @param {object} sees
 * @param {import('../apps.mjs').Express} [express]
 * @returns {Vector}
 */
function trust(id, setting, request, sees, express) {
  return {
    id,
    claim: `with trust proxy ${JSON.stringify(setting)}, ${Object.keys(sees).join(' and ')} are what EC2 gives`,
    source: FORWARDED,
    standing: 'documented',
    request,
    app: (see) => whoIsAsking(see, setting, express),
    sees,
    answer: { status: 200 },
  }
}

/** @param {string} id @param {object} sees @param {string} claim @returns {Vector} */
function socket(id, sees, claim) {
  return {
    id,
    claim,
    source: 'Node: socket.remoteAddress; contract 1.1 (no client address in the event)',
    standing: 'inferred',
    app: (see) => (req, res) => {
      const { remoteAddress } = req.socket
      see({ remoteAddress, encrypted: 'encrypted' in req.socket && req.socket.encrypted === true })
      res.end()
    },
    sees,
  }
}

/** @param {import('../vector.mjs').See} see @param {unknown} setting @param {import('../apps.mjs').Express} [express] */
function whoIsAsking(see, setting, express) {
  const app = createApp(express)
  app.set('trust proxy', setting)
  return app.use((req, res) => {
    const { ip, ips, protocol, secure, hostname, subdomains } = req
    see({ ip, ips, protocol, secure, hostname, subdomains })
    res.send('ok')
  })
}

/** @param {number} setting */
function sessionApp(setting) {
  const app = createApp()
  app.set('trust proxy', setting)
  const cookie = { secure: true }
  app.use(session({ secret: 'secret', resave: false, saveUninitialized: true, cookie }))
  return app.get('/', (_req, res) => void res.send('ok'))
}

function oneSecureCookie() {
  return that(
    'one secure connect.sid cookie',
    (values) =>
      Array.isArray(values) &&
      values.length === 1 &&
      /^connect\.sid=.*; Path=\/; HttpOnly; Secure$/.test(String(values[0])),
  )
}

/** @param {string} value @returns {Request} */
function forwardedFor(value) {
  return { headers: [['x-forwarded-for', value]] }
}

/** @param {string} value @returns {Request} */
function proto(value) {
  return { headers: [['x-forwarded-proto', value]] }
}

/** @param {string} value @returns {Request} */
function host(value) {
  return { headers: [['host', value]] }
}
