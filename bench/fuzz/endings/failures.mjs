// Routes that go wrong.
import fc from 'fast-check'
import { after, anyPause, waited } from '../part.mjs'

/** @typedef {import('../part.mjs').Pause} Pause */

class Teapot extends Error {
  status = 418
  expose = true
  headers = { 'X-Tea': 'yes' }
}

/** @type {import('../part.mjs').Kinds} */
export const FAILURES = {
  throws: {
    bare: true,
    make: () => () => {
      throw new Teapot('thrown')
    },
  },
  rejects: {
    choice: anyPause,
    make: (/** @type {Pause} */ pause) => async (_req, _res, next) => {
      await waited(pause)
      // Express 4 does not look at what a handler returns.
      next(new Error('rejected'))
    },
  },
  'passes an error on': {
    choice: fc.record({
      pause: anyPause,
      odd: fc.constantFrom('error', 'string', 'route', 'object'),
    }),
    make:
      (/** @type {{ pause: Pause, odd: string }} */ { pause, odd }) =>
      (_req, _res, next) => {
        const given = {
          error: new Teapot('passed'),
          string: 'text',
          route: 'route',
          object: { status: 400 },
        }
        after(pause, () => next(given[/** @type {'error'} */ (odd)]))
      },
  },
  'fails after the head is sent': {
    choice: anyPause,
    make: (/** @type {Pause} */ pause) => (req, res, next) => {
      // An answer without a body may be whole before the failure.
      if (req.method === 'HEAD') {
        res.end()
        return
      }
      res.write('begun')
      after(pause, () => next(new Error('too late')))
    },
  },
  'fails after the answer': {
    make: () => (_req, res, next) => {
      res.send('all is well')
      res.on('close', () => next(new Error('after all')))
    },
  },
  'rejects where nobody looks': {
    weight: 1,
    bare: true,
    make: () => (_req, res) => {
      void Promise.reject(new Error('nobody looks'))
      res.end('sent')
    },
  },
  'destroys the response': {
    choice: fc.record({
      pause: anyPause,
      what: fc.constantFrom('req', 'res', 'socket'),
      begun: fc.boolean(),
    }),
    bare: true,
    make:
      (/** @type {{ pause: Pause, what: 'req' | 'res' | 'socket', begun: boolean }} */ choice) =>
      (req, res) => {
        if (choice.begun && req.method !== 'HEAD') res.write('begun')
        after(choice.pause, () => {
          const targets = { req, res, socket: req.socket }
          targets[choice.what].destroy()
        })
      },
  },
  'never answers': { weight: 1, bare: true, make: () => () => {} },
  'warns about something': {
    weight: 1,
    bare: true,
    make: () => (_req, res) => {
      process.emitWarning('odd', 'OddWarning')
      res.end('warned')
    },
  },
}
