import { Buffer } from 'node:buffer'
import { once } from 'node:events'
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
  traceOnServer,
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

/** What an app may have done with its request before it hangs up. */
const READERS: readonly (readonly [title: string, read: (req: IncomingMessage) => unknown])[] = [
  ['unread', () => undefined],
  ['resumed', (req) => req.resume()],
  ['listened to', (req) => req.on('data', () => undefined)],
  ['read when readable', (req) => req.on('readable', () => void req.read())],
]

const UPLOADS: readonly (readonly [title: string, request: WireRequest])[] = [
  ['no body', { method: 'GET' }],
  ['an empty body', { method: 'POST', body: Buffer.alloc(0) }],
  ['a body', POST],
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
  // Earlier than its end: what is read to the end, Node's `req.destroy()` leaves connected.
  ['when the request has data', (req, _res, hangUp) => req.once('readable', hangUp)],
  ['at the first data of the request', (req, _res, hangUp) => req.once('data', hangUp)],
]

/** A way that is not there must show at once, not as a wait for its effect. */
function orAnswer(hangUp: HangUp, req: IncomingMessage, res: ServerResponse): void {
  try {
    hangUp(req, res)
  } catch (error) {
    res.end(String(error))
  }
}

describe.each(MODES)('a connection that the app ends in %s-value mode', (mode) => {
  describe.each(WAYS)('by %s', (_way, hangUp) => {
    it.each(MOMENTS)('%s is an error at once, logged once', async (_moment, at) => {
      const request = { ...POST, url: '/path?q=1' }
      const answer = throughAdapter(
        (req, res) => {
          // As on a real server, an error nobody listens to would end the process.
          req.on('error', () => {})
          at(req, res, () => orAnswer(hangUp, req, res))
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
  const traceOf = (hangUp: HangUp, at: (typeof MOMENTS)[number][1]): Scenario => {
    return (req, res) => {
      at(req, res, () => orAnswer(hangUp, req, res))
    }
  }

  describe.each(WAYS)('by %s', (_way, hangUp) => {
    it.each(MOMENTS.slice(0, 9))('%s are those of a real server', async (_moment, at) => {
      const scenario = traceOf(hangUp, at)
      const real = eventsIn(await traceOnServer(scenario, WATCH))
      expect(real).toEqual(expect.arrayContaining(['res close', 'req close']))
      for (const mode of MODES) {
        const { trace } = await traceThroughAdapter(scenario, WATCH, mode)
        expect(eventsIn(trace).toSorted()).toEqual(real.toSorted())
      }
    })

    it('come in the order and state of a real server', async () => {
      const scenario = traceOf(hangUp, (_req, _res, now) => now())
      await expectSameTrace(scenario, { ...WATCH, states: 'response' })
    })
  })

  it.each<readonly [moment: string, before: (res: ServerResponse) => void]>([
    ['at once', () => {}],
    ['after setHeader', (res) => void res.setHeader('X-A', '1')],
    ['after writeHead', (res) => void res.writeHead(200, { 'Content-Length': '4' })],
    ['after writeHead without a length', (res) => void res.writeHead(200)],
    ['after a write', (res) => void res.write('half')],
  ])('do not say that a response was finished that is ended later, %s', async (moment, before) => {
    // After a write without a length, a server still owes the last chunk when nothing more is given to end().
    for (const rest of moment === 'after a write' ? ['half'] : ['half', undefined]) {
      const scenario: Scenario = async (_req, res) => {
        before(res)
        res.destroy()
        await new Promise<void>((resolve) => {
          setImmediate(resolve)
        })
        res.end(rest)
      }
      const real = eventsIn(await traceOnServer(scenario, WATCH))
      expect(real).toContain('res close')
      if (rest !== undefined) expect(real).not.toContain('res finish')
      for (const mode of MODES) {
        const { trace } = await traceThroughAdapter(scenario, WATCH, mode)
        expect(eventsIn(trace).toSorted(), `${mode}, end(${rest})`).toEqual(real.toSorted())
      }
    }
  })

  it('bring one close, also when the app ends its response afterwards', async () => {
    const trace = await expectSameTrace(
      (req, res, note) => {
        // With a length, or a real server would still owe the last chunk, and never finish.
        res.setHeader('Content-Length', 1)
        res.write('x')
        req.socket.destroy()
        res.on('close', () => res.end(() => note('end callback')))
      },
      { states: 'response' },
    )
    // Node 24 calls back before it says 'finish', the others after.
    const [first, ...rest] = eventsIn(trace)
    expect([first, ...rest.toSorted()]).toEqual([
      'res close',
      'end callback',
      'res finish',
      'res prefinish',
    ])
  })

  it.each(['req', 'res', 'socket'] as const)(
    'end a body that was still to come as a real server does: %s',
    async (what) => {
      const scenario: Scenario = async (req, res) => {
        req.resume()
        await Promise.resolve()
        const { socket } = req
        ;({ req, res, socket })[what].destroy()
      }
      const options = { ...WATCH, ofRequest: REQUEST_EVENTS, request: POST }
      const real = eventsIn(await traceOnServer(scenario, options))
      expect(real).toContain('req close')
      expect(real.includes('req end')).toBe(what !== 'req')
      for (const mode of MODES) {
        const { trace } = await traceThroughAdapter(scenario, options, mode)
        expect(eventsIn(trace).toSorted()).toEqual(real.toSorted())
      }
    },
  )

  it.each(
    (['req', 'res', 'socket'] as const).flatMap((what) =>
      READERS.flatMap(([reader, read]) =>
        UPLOADS.map(([upload, request]) => ({ what, reader, read, upload, request })),
      ),
    ),
  )(
    'come with the end of the request as on a real server: $what at once, $upload, $reader',
    async ({ what, read, request }) => {
      const scenario: Scenario = (req, res) => {
        read(req)
        const { socket } = req
        ;({ req, res, socket })[what].destroy()
      }
      const options: TraceOptions = { ...WATCH, ofRequest: REQUEST_EVENTS, request }
      const real = eventsIn(await traceOnServer(scenario, options))
      expect(real).toContain('req close')
      for (const mode of MODES) {
        const { trace } = await traceThroughAdapter(scenario, options, mode)
        expect(eventsIn(trace)).toEqual(real)
      }
    },
  )

  it("have Node's error for the request", async () => {
    const scenario: Scenario = (req, _res, note) => {
      req.on('error', (error) => note(`${error.message}, ${codeOf(error)}`))
      setImmediate(() => req.socket.destroy())
    }
    const real = await traceOnServer(scenario, { states: 'none' })
    expect(eventsIn(real)).toContain('aborted, ECONNRESET')
    const { trace } = await traceThroughAdapter(scenario, { states: 'none' }, 'single')
    expect(eventsIn(trace)).toContain('aborted, ECONNRESET')
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

  it('end a reader of the upload with the error of a real server', async () => {
    const readUntilDestroyed = (report: (outcome: string) => void): Scenario => {
      return async (req, res) => {
        req.pause()
        setImmediate(() => res.destroy())
        await once(res, 'close')
        try {
          for await (const _piece of req);
          report('read to the end')
        } catch (error) {
          report(codeOf(error))
        }
      }
    }
    const outcomes: string[] = []
    for (const mode of ['real', ...MODES] as const) {
      let run: Promise<unknown> = Promise.resolve()
      const outcome = new Promise<string>((resolve) => {
        const scenario = readUntilDestroyed(resolve)
        const options = { request: POST }
        run =
          mode === 'real'
            ? traceOnServer(scenario, options)
            : traceThroughAdapter(scenario, options, mode)
      })
      outcomes.push(await within(DEADLINE_MS, `end of the reader (${mode})`, outcome))
      await run
    }
    expect(outcomes).toEqual(Array(3).fill('ECONNRESET'))
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
  [
    'a turn later',
    (req, res) => {
      res.end('whole')
      setImmediate(() => req.socket.destroy())
    },
  ],
]

describe.each(AFTER_END)('a connection ended after the response, %s', (_title, scenario) => {
  it.each(MODES)('changes nothing about the answer in %s-value mode', async (mode) => {
    const answer = throughAdapter((req, res) => scenario(req, res, () => {}), {}, mode)
    const { status, text, log } = await within(DEADLINE_MS, 'answer', answer)
    expect([status, text()]).toEqual([200, 'whole'])
    expect(log.codes).toEqual([])
  })
})

describe.each(MODES)('the socket in %s-value mode', (mode) => {
  describe.each(['destroySoon', 'resetAndDestroy'] as const)('%s', (method) => {
    it('ends the connection of an unfinished response', async () => {
      const answer = throughAdapter(
        (req, res) => {
          req.socket.on('error', () => {})
          orAnswer(() => req.socket[method](), req, res)
        },
        {},
        mode,
      )
      expect((await within(DEADLINE_MS, 'answer', answer)).status).toBe(502)
    })

    it('leaves a response that has ended', async () => {
      const answer = throughAdapter(
        (req, res) => {
          res.end('whole')
          req.socket[method]()
        },
        {},
        mode,
      )
      const { text, log } = await within(DEADLINE_MS, 'answer', answer)
      expect(text()).toBe('whole')
      expect(log.codes).toEqual([])
    })
  })

  it('takes what end() is given for no response', async () => {
    const answer = throughAdapter(
      (req, res) => {
        orAnswer(() => req.socket.end('HTTP/1.1 200 OK\r\n\r\nraw'), req, res)
      },
      {},
      mode,
    )
    const { status, log, text } = await within(DEADLINE_MS, 'answer', answer)
    expect([status, log.codes]).toEqual([502, [CODES.disconnected]])
    expect(text()).not.toContain('raw')
  })

  it('keeps no timer once it is destroyed', async () => {
    const heard: string[] = []
    const answer = throughAdapter(
      (req) => {
        req.socket.setTimeout(1, () => heard.push('timeout'))
        req.socket.destroy()
      },
      {},
      mode,
    )
    expect((await within(DEADLINE_MS, 'answer', answer)).status).toBe(502)
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
    expect(heard).toEqual([])
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
