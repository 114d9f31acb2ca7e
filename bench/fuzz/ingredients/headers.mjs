// What works on the head of a response.
import compression from 'compression'
import cookieParser from 'cookie-parser'
import cookieSession from 'cookie-session'
import cors from 'cors'
import session from 'express-session'
import fc from 'fast-check'
import helmet from 'helmet'

/** @typedef {{ views?: number } | null | undefined} Views */

/** @type {import('../part.mjs').Kinds} */
export const HEADERS = {
  compression: {
    choice: fc.record({ threshold: fc.constantFrom(0, 100, 1024) }),
    bare: true,
    make: (choice) => compression(choice),
  },
  cors: {
    choice: fc.record({
      origin: fc.constantFrom('*', true, 'https://a.example'),
      credentials: fc.boolean(),
      preflightContinue: fc.boolean(),
    }),
    bare: true,
    make: (choice) => cors(choice),
  },
  helmet: { bare: true, make: () => helmet() },
  'cookie-parser': { bare: true, make: () => cookieParser('secret') },
  'cookie-session': {
    bare: true,
    make: () => {
      const handle = counting(cookieSession({ name: 'views', keys: ['key'] }))
      // It would take over the session of express-session, which then throws at every write, however many there are.
      return (req, res, next) => ('session' in req ? next() : handle(req, res, next))
    },
  },
  'express-session': {
    choice: fc.record({
      saveUninitialized: fc.boolean(),
      resave: fc.boolean(),
      rolling: fc.boolean(),
    }),
    make: (/** @type {object} */ choice) => {
      let made = 0
      // MemoryStore warns in production only.
      return counting(session({ ...choice, secret: 'secret', genid: () => `id-${++made}` }))
    },
  },
  'sets several cookies': {
    choice: fc.integer({ min: 1, max: 4 }),
    make: (/** @type {number} */ count) => (_req, res, next) => {
      for (let i = 0; i < count; i++) res.cookie(`c${i}`, `v ${i}`, { httpOnly: i % 2 === 0 })
      next()
    },
  },
  'appends and varies': {
    make: () => (_req, res, next) => {
      res.append('Link', '</a>; rel=a').append('Link', '</b>; rel=b').vary('Accept').vary('Origin')
      next()
    },
  },
  'sets headers in many forms': {
    bare: true,
    make: () => (_req, res, next) => {
      res.setHeader('X-Number', 7)
      res.setHeader('x-list', ['a', 'b'])
      res.setHeader('Cache-Control', 'max-age=1')
      res.removeHeader('x-none')
      next()
    },
  },
  'sends no date': {
    bare: true,
    weight: 1,
    make: () => (_req, res, next) => {
      res.sendDate = false
      next()
    },
  },
  'closes the connection': {
    bare: true,
    weight: 1,
    make: () => (_req, res, next) => {
      res.setHeader('Connection', 'close')
      next()
    },
  },
}

/**
 * Counts visits in the session that a middleware brings.
 *
 * @param {import('express').RequestHandler} middleware
 * @returns {import('express').RequestHandler}
 */
function counting(middleware) {
  return (req, res, next) => {
    middleware(req, res, (error) => {
      const { session: visits } = /** @type {{ session?: Views }} */ (/** @type {unknown} */ (req))
      if (visits) visits.views = (visits.views ?? 0) + 1
      next(error)
    })
  }
}
