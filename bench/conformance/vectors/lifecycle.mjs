// Events in Node's order, and streams that are destroyed: an error at once, never a hang.
import { createApp, EXPRESS, read, serves } from '../apps.mjs'
import { AS_NODE } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Listener} Listener
 * @typedef {import('../vector.mjs').See} See
 */

const DESTROYED = 'Node: the connection is reset, which a load balancer answers with 502; peers A3'
const BODY = {
  method: 'POST',
  headers: /** @type {[string, string][]} */ ([['content-type', 'text/plain']]),
  body: 'hello',
}

/** @type {Vector[]} */
export const lifecycle = [
  order('order-get', {}, (_req, res, note) => {
    res.end('x', () => note('end callback'))
    note('end returned')
  }),
  order('order-write', {}, (_req, res, note) => {
    res.write('a', () => note('write callback'))
    note('write returned')
    res.end('x', () => note('end callback'))
    note('end returned')
  }),
  order('order-post-read', BODY, (req, res, note) => {
    read(req, () => {
      note('read')
      res.end('x', () => note('end callback'))
      note('end returned')
    })
  }),
  order('order-async', {}, (_req, res, note) => {
    setTimeout(() => {
      res.end('x')
      note('end returned')
    }, 2)
  }),
  happens('response-close', 'close', 'the response emits close once, after finish'),
  happens('response-finish', 'finish', 'the response emits finish once'),
  {
    id: 'request-close',
    claim: 'the request emits close once',
    source: 'Node: IncomingMessage, event close',
    standing: 'documented',
    request: BODY,
    app: (see) => (req, res) => {
      let count = 0
      req.on('close', () => see({ count: ++count }))
      read(req, () => res.end())
    },
    sees: { count: 1 },
  },
  {
    id: 'request-end',
    claim: 'the request emits end once',
    source: 'Node: stream.Readable; peers A3',
    standing: 'documented',
    request: BODY,
    app: (see) => (req, res) => {
      let count = 0
      req.on('end', () => see({ count: ++count }))
      read(req, () => res.end())
    },
    sees: { count: 1 },
  },
  {
    id: 'end-not-before-listener',
    claim: 'end of a body comes after all of its data',
    source: 'Node: stream.Readable',
    standing: 'documented',
    request: BODY,
    app: (see) => (req, res) => {
      /** @type {string[]} */
      const events = []
      req.on('data', () => events.push('data'))
      req.once('end', () => {
        see({ events: [...events, 'end'] })
        res.end()
      })
      events.push('returned')
    },
    sees: { events: ['returned', 'data', 'end'] },
  },
  {
    id: 'not-aborted',
    claim: 'a normal exchange emits neither aborted nor error',
    source: 'Node: IncomingMessage, event aborted',
    standing: 'documented',
    request: BODY,
    app: (see) => (req, res) => {
      see({ events: [] })
      const note = (/** @type {string} */ event) => () => see({ events: [event] })
      req.on('aborted', note('aborted')).on('error', note('request error'))
      res.on('error', note('response error'))
      read(req, () => res.end())
    },
    sees: { events: [] },
  },
  {
    id: 'finished-state',
    claim: 'on finish the response is ended and finished',
    source: 'Node: response.writableEnded, writableFinished',
    standing: 'documented',
    app: (see) => (_req, res) => {
      res.on('finish', () => {
        see({ state: [res.writableEnded, res.writableFinished, res.headersSent] })
      })
      res.end()
    },
    sees: { state: AS_NODE },
  },
  destroys('destroy-response', (_req, res) => void res.destroy(), 'res.destroy()'),
  destroys(
    'destroy-response-error',
    (_req, res) => {
      res.on('error', () => {})
      res.destroy(new Error('broken'))
    },
    'res.destroy() with an error',
  ),
  destroys('destroy-request', (req) => void req.destroy(), 'req.destroy()'),
  destroys(
    'destroy-request-error',
    (req) => {
      req.on('error', () => {})
      req.destroy(new Error('broken'))
    },
    'req.destroy() with an error',
  ),
  destroys('destroy-socket', (req) => void req.socket.destroy(), 'req.socket.destroy()'),
  destroys(
    'destroy-halfway',
    (_req, res) => {
      res.write('half')
      setImmediate(() => res.destroy())
    },
    'res.destroy() after a part of the body',
  ),
  ...EXPRESS.map(({ major, express }) => {
    const vector = destroys(
      `destroy-express${major}`,
      () => {},
      `res.destroy() under Express ${major}`,
    )
    const app = () => createApp(express).use((_req, res) => void res.destroy())
    return { ...vector, app }
  }),
  {
    id: 'destroy-closes',
    claim: 'after res.destroy() the response emits close and no finish',
    source: 'Node: response.destroy',
    standing: 'documented',
    app: (see) => (_req, res) => {
      see({ finish: false })
      res.on('finish', () => see({ finish: true }))
      res.on('close', () => see({ close: true }))
      res.destroy()
    },
    sees: { finish: false, close: true },
    answer: { fails: true },
  },
  {
    id: 'destroy-after-end',
    claim: 'res.destroy() after finish does not take the answer back',
    source: 'Node: response.destroy',
    standing: 'documented',
    app: serves((_req, res) => {
      res.on('finish', () => setImmediate(() => res.destroy()))
      res.end('sent')
    }),
    answer: { status: 200, text: 'sent' },
  },
]

/**
 * @param {string} id
 * @param {import('../vector.mjs').Request} request
 * @param {(req: Parameters<Listener>[0], res: Parameters<Listener>[1], note: (event: string) => void) => void} run
 * @returns {Vector}
 */
function order(id, request, run) {
  return {
    id,
    claim: 'prefinish, finish, end and close come in the order of a real server',
    source: 'Node: a real server judges; peers A3',
    standing: 'documented',
    request,
    app: (see) => (req, res) => {
      /** @type {string[]} */
      const events = []
      const note = (/** @type {string} */ event) => {
        events.push(event)
        see({ events })
      }
      for (const name of ['prefinish', 'finish', 'close']) res.on(name, () => note(`res ${name}`))
      for (const name of ['end', 'close']) req.on(name, () => note(`req ${name}`))
      run(req, res, note)
    },
    sees: { events: AS_NODE },
    answer: { status: 200 },
  }
}

/** @param {string} id @param {string} event @param {string} claim @returns {Vector} */
function happens(id, event, claim) {
  return {
    id,
    claim,
    source: 'Node: ServerResponse, events finish and close; peers A3',
    standing: 'documented',
    app: (see) => (_req, res) => {
      let count = 0
      res.on(event, () => see({ count: ++count, ended: res.writableEnded }))
      res.end('x')
    },
    sees: { count: 1, ended: true },
    answer: { status: 200 },
  }
}

/** @param {string} id @param {Listener} listener @param {string} what @returns {Vector} */
function destroys(id, listener, what) {
  return {
    id,
    claim: `${what} fails the request at once`,
    source: DESTROYED,
    standing: 'inferred',
    app: serves(listener),
    answer: { fails: true },
  }
}
