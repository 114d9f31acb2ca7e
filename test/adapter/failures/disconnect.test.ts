import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../helpers/collected-log.js'
import { within } from '../../helpers/deadline.js'
import {
  codeOf,
  eventsIn,
  expectSameTrace,
  REQUEST_EVENTS,
  traceThroughAdapter,
  type Scenario,
  type TraceOptions,
} from '../../helpers/event-trace.js'
import { MODES } from '../../helpers/modes.js'
import { FRAMES } from '../../helpers/response-frames.js'
import { throughAdapter } from '../../helpers/response-parity.js'
import type { WireRequest } from '../../helpers/response-wire.js'

const DEADLINE_MS = 5_000

const POST: WireRequest = { method: 'POST', body: Buffer.alloc(2_000, 'p') }

type HangUp = (req: IncomingMessage, res: ServerResponse) => unknown

/** Ways to end the connection. */
const WAYS: readonly (readonly [title: string, hangUp: HangUp])[] = [
  ['res.destroy()', (_req, res) => res.destroy()],
  ['res.destroy(error)', (_req, res) => res.destroy(new Error('on purpose'))],
  ['req.destroy()', (req) => req.destroy()],
  ['req.destroy(error)', (req) => req.destroy(new Error('on purpose'))],
  ['socket.destroy()', (req) => req.socket.destroy()],
  ['socket.destroy(error)', (req) => req.socket.destroy(new Error('on purpose'))],
  ['socket.destroySoon()', (req) => req.socket.destroySoon()],
  ['socket.resetAndDestroy()', (req) => req.socket.resetAndDestroy()],
  ['socket.end()', (req) => req.socket.end()],
  [
    'all of them',
    (req, res) => {
      res.destroy()
      req.destroy()
      req.socket.destroy()
    },
  ],
]

/** Moments in an exchange before its end. */
const MOMENTS: readonly (readonly [
  title: string,
  at: (req: IncomingMessage, res: ServerResponse, hangUp: () => unknown) => unknown,
])[] = [
  ['at once', (_req, _res, hangUp) => hangUp()],
  ['on the next tick', (_req, _res, hangUp) => process.nextTick(hangUp)],
  ['in a microtask', (_req, _res, hangUp) => void Promise.resolve().then(hangUp)],
  ['in the next turn', (_req, _res, hangUp) => setImmediate(hangUp)],
  ['after a timer', (_req, _res, hangUp) => setTimeout(hangUp, 2)],
  [
    'after writeHead',
    (_req, res, hangUp) => {
      res.writeHead(200, { 'X-A': '1' })
      hangUp()
    },
  ],
  [
    'after flushHeaders',
    (_req, res, hangUp) => {
      res.flushHeaders()
      hangUp()
    },
  ],
  [
    'after a write',
    (_req, res, hangUp) => {
      res.write('half')
      hangUp()
    },
  ],
  [
    'in the callback of a write',
    (_req, res, hangUp) => {
      res.write('half', () => hangUp())
    },
  ],
  [
    'when the response drains',
    (_req, res, hangUp) => {
      res.write(Buffer.alloc(200_000, 'x'))
      res.once('drain', hangUp)
    },
  ],
  ['when the request has ended', (req, _res, hangUp) => req.resume().on('end', hangUp)],
  ['at the first data of the request', (req, _res, hangUp) => req.once('data', hangUp)],
]

describe.each(MODES)('a connection that the app ends in %s-value mode', (mode) => {
  describe.each(WAYS)('by %s', (_way, hangUp) => {
    it.each(MOMENTS)('%s is an error at once, logged once', async (_moment, at) => {
      const request = { ...POST, url: '/path?q=1' }
      const answer = throughAdapter(
        (req, res) => {
          // As on a real server, an error nobody listens to would end the process.
          req.on('error', () => {})
          at(req, res, () => hangUp(req, res))
        },
        request,
        mode,
      )
      const { status, log, result } = await within(DEADLINE_MS, 'answer', answer)
      expect(status).toBe(502)
      expect(JSON.stringify(result)).not.toMatch(/half|X-A/i)
      expect(log.codes).toEqual([CODES.disconnected])
      expect(log.entries[0]).toMatchObject({ level: 'error', path: '/path', method: 'POST' })
    })
  })
})

/** Everything that is heard of an end of the connection. */
const WATCH: TraceOptions = {
  ofRequest: REQUEST_EVENTS.filter((event) => event !== 'end'),
  ofSocket: ['close'],
}

describe('the events of a connection that the app ends', () => {
  describe.each(WAYS)('by %s', (_way, hangUp) => {
    it.each(MOMENTS.slice(0, 9))('%s are those of a real server', async (_moment, at) => {
      const trace = await expectSameTrace(
        (req, res) => {
          at(req, res, () => hangUp(req, res))
        },
        { ...WATCH, states: 'response' },
      )
      const events = eventsIn(trace)
      expect(events).toEqual(expect.arrayContaining(['res close', 'req close']))
      expect(events).not.toContain('res finish')
    })
  })

  it.each(FRAMES)('reach an app under $around', async ({ wrap }) => {
    const trace = await expectSameTrace((_req, res) => void setImmediate(() => res.destroy()), {
      ...WATCH,
      wrap,
    })
    expect(eventsIn(trace)).toEqual(
      expect.arrayContaining(['req aborted', 'res close', 'req close']),
    )
  })

  it('are heard with an upload that nobody has read', async () => {
    for (const mode of MODES) {
      const { trace } = await traceThroughAdapter(
        (_req, res) => void setImmediate(() => res.destroy()),
        { ...WATCH, request: POST },
        mode,
      )
      expect(eventsIn(trace)).toEqual(expect.arrayContaining(['res close', 'req close']))
    }
  })

  it('end a reader of the upload with an error', async () => {
    const trace = await expectSameTrace(
      async (req, res, note) => {
        req.pause()
        setImmediate(() => res.destroy())
        try {
          await new Promise((resolve) => setTimeout(resolve, 4))
          for await (const _piece of req);
          note('read')
        } catch (error) {
          note(`reader: ${codeOf(error)}`)
        }
      },
      { request: POST, states: 'none' },
    )
    expect(trace.some((line) => line.startsWith('reader: '))).toBe(true)
  })
})

/** Apps that hang up after they have ended the response: it is on its way then. */
const AFTER_END: readonly (readonly [title: string, scenario: Scenario])[] = [
  ['in the same tick', (_req, res) => void res.end('whole').destroy()],
  [
    'by the socket in the same tick',
    (req, res) => {
      res.end('whole')
      req.socket.destroy()
    },
  ],
  [
    'by socket.end in the same tick',
    (req, res) => {
      res.end('whole')
      req.socket.end()
    },
  ],
  [
    'by socket.destroySoon in the same tick',
    (req, res) => {
      res.end('whole')
      req.socket.destroySoon()
    },
  ],
  ['in the callback of end', (req, res) => void res.end('whole', () => req.socket.destroy())],
  [
    'in finish',
    (req, res) => {
      res.on('finish', () => req.socket.destroy())
      res.end('whole')
    },
  ],
  [
    'in close',
    (_req, res) => {
      res.on('close', () => res.destroy())
      res.end('whole')
    },
  ],
  [
    'by the request in finish',
    (req, res) => {
      res.on('finish', () => req.destroy())
      res.end('whole')
    },
  ],
  ['a turn later', (req, res) => void setImmediate(() => req.socket.destroy(), res.end('whole'))],
]

describe.each(AFTER_END)('a connection ended after the response, %s', (_title, scenario) => {
  it.each(MODES)('changes nothing about the answer in %s-value mode', async (mode) => {
    const answer = throughAdapter((req, res) => scenario(req, res, () => {}), {}, mode)
    const { status, text, log } = await within(DEADLINE_MS, 'answer', answer)
    expect([status, text()]).toEqual([200, 'whole'])
    expect(log.codes).toEqual([])
  })
})

/** Streams that break. */
const BROKEN: readonly (readonly [title: string, stream: (res: ServerResponse) => unknown])[] = [
  [
    'a pipeline whose source fails at once',
    (res) =>
      pipeline(
        new Readable({
          read() {
            this.destroy(new Error('source failed'))
          },
        }),
        res,
      ).catch(() => {}),
  ],
  [
    'a pipeline whose source fails in the middle',
    (res) =>
      pipeline(async function* () {
        yield 'half'
        await new Promise(setImmediate)
        throw new Error('source failed')
      }, res).catch(() => {}),
  ],
  [
    'a pipeline that is aborted',
    (res) => {
      const abort = new AbortController()
      setImmediate(() => abort.abort())
      return pipeline(
        async function* () {
          yield 'half'
          await new Promise(() => {})
        },
        res,
        { signal: abort.signal },
      ).catch(() => {})
    },
  ],
]

describe.each(FRAMES)('a stream that breaks under $around', ({ wrap }) => {
  it.each(BROKEN)('is an error at once: %s', async (_title, stream) => {
    for (const mode of MODES) {
      const answer = throughAdapter(
        wrap((_req, res) => stream(res)),
        {},
        mode,
      )
      const { status, text } = await within(DEADLINE_MS, 'answer', answer)
      expect(status).toBe(502)
      expect(text()).not.toContain('half')
    }
  })
})

describe('an error given to destroy', () => {
  it('is in the log', async () => {
    for (const hangUp of [WAYS[1], WAYS[5]]) {
      const { log } = await throughAdapter((req, res) => hangUp?.[1](req, res))
      expect(log.codes).toEqual([CODES.disconnected])
      expect(JSON.stringify(log.entries[0])).toContain('on purpose')
    }
  })

  it('comes to those who listen on the socket, and to nobody else', async () => {
    const trace = await expectSameTrace(
      (req, _res, note) => {
        req.socket.on('error', (error) => note(`socket error ${error.message}`))
        req.socket.destroy(new Error('on purpose'))
      },
      { ofRequest: REQUEST_EVENTS, states: 'none' },
    )
    expect(trace).toContain('socket error on purpose')
  })
})
