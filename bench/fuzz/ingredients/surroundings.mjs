// What is logged, delayed, limited, nested or served before a route has its turn.
import timeout from 'connect-timeout'
import { rateLimit } from 'express-rate-limit'
import fc from 'fast-check'
import morgan from 'morgan'
import { after, anyPause } from '../part.mjs'

/** @type {import('../part.mjs').Kinds} */
export const SURROUNDINGS = {
  morgan: {
    choice: fc.record({ immediate: fc.boolean() }),
    bare: true,
    make: (choice, { note }) =>
      morgan(':method :url :status :res[content-length] :remote-addr', {
        .../** @type {object} */ (choice),
        stream: { write: (/** @type {string} */ line) => note(line.trim()) },
      }),
  },
  waits: {
    choice: anyPause,
    weight: 8,
    bare: true,
    make: (/** @type {import('../part.mjs').Pause} */ choice) => (_req, _res, next) => {
      after(choice, next)
    },
  },
  'connect-timeout': { bare: true, make: () => timeout('20s') },
  'express-rate-limit': {
    make: () => rateLimit({ limit: 2, windowMs: 3_600_000, validate: false, legacyHeaders: false }),
  },
  'express.static': {
    choice: fc.record({
      dotfiles: fc.constantFrom('ignore', 'deny', 'allow'),
      fallthrough: fc.boolean(),
      redirect: fc.boolean(),
      etag: fc.boolean(),
      immutable: fc.boolean(),
    }),
    make: (choice, { express, folder }) => express.static(folder, choice),
  },
  'passes through a router': {
    choice: anyPause,
    make: (/** @type {import('../part.mjs').Pause} */ choice, { express }) => {
      const router = express.Router()
      router.use((_req, _res, next) => after(choice, next))
      return router
    },
  },
  'passes through a mounted app': {
    make: (_choice, { express }) => {
      const app = express()
      app.disable('x-powered-by')
      app.use((req, res, next) => {
        res.setHeader('X-Mounted', req.baseUrl)
        next()
      })
      return app
    },
  },
  'answers OPTIONS and favicons itself': {
    bare: true,
    weight: 1,
    make: () => (req, res, next) => {
      if (req.method === 'OPTIONS') res.writeHead(204, { Allow: 'GET' }).end()
      else next()
    },
  },
  'checks freshness': {
    make: () => (req, res, next) => {
      res.setHeader('X-Fresh', String(req.fresh))
      next()
    },
  },
  'asks for socket and timeouts': {
    bare: true,
    make:
      (_choice, { note }) =>
      (req, res, next) => {
        req.setTimeout(20_000)
        res.setTimeout(20_000, () => note('timeout'))
        req.socket.setNoDelay(true)
        req.socket.setKeepAlive(true)
        note(
          `peer ${req.socket.remoteAddress}, ${'encrypted' in req.socket ? 'encrypted' : 'plain'}`,
        )
        next()
      },
  },
}
