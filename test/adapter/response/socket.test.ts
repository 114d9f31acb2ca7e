import type { ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { createHandler } from 'express-alb'
import { createAlbEvent, invoke } from 'express-alb/testing'
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
} from '../../helpers/event-trace.js'
import { MODES } from '../../helpers/modes.js'
import { FRAMES } from '../../helpers/response-frames.js'
import { expectSame, expectSameOf, throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

const DEADLINE_MS = 5_000
// Long enough that nothing of a test comes after it, short enough to wait for.
const SILENCE_MS = 10

describe.each(FRAMES)('the socket under $around', ({ wrap }) => {
  it('takes every setting that apps and middleware make', async () => {
    const { body } = await expectSameOf(
      wrap((req, res) => {
        const { socket } = req
        const self = (value: unknown): string => String(value === socket)
        const answers = [
          self(socket.setTimeout(1000)),
          self(socket.setTimeout(0)),
          self(socket.setKeepAlive(true, 1000)),
          self(socket.setNoDelay(true)),
          String(res.setTimeout(1000) === res),
          String(req.setTimeout(0) === req),
          typeof socket.cork,
          String(socket instanceof Duplex),
          String(socket.readable),
          String(socket.writable),
          String(socket.destroyed),
        ]
        res.end(answers.join(' '))
      }),
    )
    expect(body).toMatch(/^(true ){6}/)
  })

  it('is the same on req and res, under both names', async () => {
    const { body } = await expectSameOf(
      wrap((req, res) => {
        // The old name is deprecated, and still read by much middleware.
        const old = [req, res].map((one) => (one as { connection: unknown }).connection)
        const sockets = new Set([req.socket, res.socket, ...old])
        res.end(String(sockets.size))
      }),
    )
    expect(body).toBe('1')
  })
})

describe('socket.setTimeout', () => {
  it('beyond what a timer can wait does not fire at once', async () => {
    const warned: unknown[] = []
    const onWarning = (warning: Error): void => void warned.push(warning.name)
    process.on('warning', onWarning)
    try {
      const { body } = await expectSame(() => (_req, res) => {
        res.setTimeout(2 ** 31)
        setTimeout(() => res.end('in time'), SILENCE_MS)
      })
      expect(body).toBe('in time')
    } finally {
      process.off('warning', onWarning)
    }
  })
})

/** Timeouts that somebody handles, so that the app still answers. */
const HANDLED: readonly (readonly [title: string, scenario: Scenario])[] = [
  [
    'a listener given to res.setTimeout',
    (_req, res, note) => {
      res.setTimeout(SILENCE_MS, () => {
        note('callback')
        res.writeHead(503).end('late')
      })
    },
  ],
  [
    'a listener on the response',
    (_req, res, note) => {
      res.setTimeout(SILENCE_MS)
      res.on('timeout', () => {
        note('listener')
        res.end('late')
      })
    },
  ],
  [
    'a listener given to req.setTimeout, after the request is complete, beside one on the response',
    (req, res, note) => {
      req.setTimeout(SILENCE_MS, () => note('callback of the request'))
      res.on('timeout', () => res.end('late'))
    },
  ],
  [
    'a listener on the response and one on the socket',
    (req, res, note) => {
      req.socket.setTimeout(SILENCE_MS, () => note('callback of the socket'))
      res.on('timeout', () => {
        note('listener of the response')
        res.end('late')
      })
    },
  ],
  [
    'a timeout that is taken back',
    (req, res, note) => {
      const heard = (): void => note('heard')
      req.socket.setTimeout(SILENCE_MS, heard)
      req.socket.setTimeout(0, heard)
      setTimeout(() => res.end('in time'), 2 * SILENCE_MS)
    },
  ],
  [
    'an answer before the time is over',
    (_req, res, note) => {
      res.setTimeout(SILENCE_MS, () => note('callback'))
      setImmediate(() => {
        res.end('in time')
        note('ended')
      })
    },
  ],
  [
    'writes that keep the socket from being silent',
    (_req, res, note) => {
      res.setTimeout(20 * SILENCE_MS, () => note('callback'))
      let left = 5
      const write = (): void => {
        res.write('.')
        if (--left > 0) setTimeout(write, 2)
        else res.end()
      }
      write()
    },
  ],
]

/** Timeouts that nobody handles: Node's server hangs up. */
const UNHANDLED: readonly (readonly [title: string, scenario: Scenario])[] = [
  ['res.setTimeout without a listener', (_req, res) => void res.setTimeout(SILENCE_MS)],
  ['req.setTimeout without a listener', (req) => void req.setTimeout(SILENCE_MS)],
  [
    'req.setTimeout with a listener, when the request is complete',
    (req, _res, note) => void req.setTimeout(SILENCE_MS, () => note('callback')),
  ],
  [
    'socket.setTimeout with a listener on the socket only',
    (req, _res, note) => void req.socket.setTimeout(SILENCE_MS, () => note('callback')),
  ],
  [
    'a silence after half an answer',
    (req, res) => {
      res.write('half')
      req.socket.setTimeout(SILENCE_MS)
    },
  ],
]

describe('a socket timeout', () => {
  it.each(HANDLED)('is heard as on a real server: %s', async (_title, scenario) => {
    await expectSameTrace(scenario)
  })

  it.each(HANDLED)('lets the app answer: %s', async (_title, scenario) => {
    const { body } = await expectSameOf((req, res) => scenario(req, res, () => {}))
    expect(body).toMatch(/^(late|in time|\.{5})$/)
  })

  describe.each(UNHANDLED)('that nobody handles: %s', (_title, scenario) => {
    it.each(MODES)('ends the exchange as on a real server in %s-value mode', async (mode) => {
      const options = {
        // Not 'timeout': who listens to that handles it.
        ofResponse: ['finish', 'close', 'error'],
        ofRequest: ['aborted', 'error', 'close'],
        ofSocket: ['timeout', 'close'],
      }
      const real = await traceOnServer(scenario, options)
      const { trace, status, codes } = await traceThroughAdapter(scenario, options, mode)
      expect(status).toBe(502)
      expect(codes).toEqual([CODES.disconnected])
      expect(trace).toEqual(real)
    })
  })

  it('of the response comes to an app that listens under Express as well', async () => {
    for (const { wrap } of FRAMES) {
      const trace = await expectSameTrace(
        (_req, res) => {
          res.setTimeout(SILENCE_MS, () => res.end('late'))
        },
        { wrap, ofRequest: REQUEST_EVENTS },
      )
      expect(eventsIn(trace)).toContain('res timeout')
    }
  })

  it('that is set and never comes keeps no timer after the answer', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    await throughAdapter((_req, res) => {
      res.setTimeout(600_000)
      res.end('x')
    })
    expect(timers()).toBe(before)
  })
})

describe('a timeout that was set', () => {
  it('starts anew with each write', async () => {
    const { text } = await throughAdapter((_req, res) => {
      res.setTimeout(1_500, () => res.end('silent'))
      const write = (): void => void res.write('.')
      setTimeout(write, 1_000)
      setTimeout(() => res.end('.'), 2_000)
    })
    expect(text()).toBe('..')
  })

  it('does not come once the response is finished', async () => {
    const heard: string[] = []
    await throughAdapter((req, res) => {
      req.socket.setTimeout(SILENCE_MS, () => heard.push('socket'))
      res.on('timeout', () => heard.push('response'))
      res.end('x')
    })
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 5 * SILENCE_MS)
    })
    expect(heard).toEqual([])
  })
})

describe('what an app writes past the response', () => {
  it('is called back, with the encoding left out or not', async () => {
    const called = new Promise<string[]>((resolve, reject) => {
      const calls: string[] = []
      throughAdapter((req, res) => {
        req.socket.write('HTTP', () => calls.push('one'))
        req.socket.write('HTTP', 'utf8', () => calls.push('two'))
        setImmediate(() => {
          res.end()
          resolve(calls)
        })
      }).catch(reject)
    })
    expect(await called).toEqual(['one', 'two'])
  })

  it.each([
    ['ended', 'ERR_STREAM_WRITE_AFTER_END', (socket: Duplex) => void socket.end()],
    ['destroyed', 'ERR_STREAM_DESTROYED', (socket: Duplex) => void socket.destroy()],
  ])('on a socket that is %s is an error, as on a real one: %s', async (_title, code, hangUp) => {
    const scenario: Scenario = (req, _res, note) => {
      req.socket.on('error', () => {})
      hangUp(req.socket)
      req.socket.write('more', (error) => note(`called back: ${codeOf(error)}`))
    }
    const real = await traceOnServer(scenario, {})
    expect(eventsIn(real)).toContain(`called back: ${code}`)
    const { trace } = await traceThroughAdapter(scenario, {}, 'multi')
    expect(eventsIn(trace)).toContain(`called back: ${code}`)
  })

  it.each(MODES)('and ends on the socket is an error at once in %s-value mode', async (mode) => {
    const answer = throughAdapter((req) => void req.socket.end('HTTP/1.1 200 OK\r\n\r\n'), {}, mode)
    const { status, log } = await within(DEADLINE_MS, 'answer', answer)
    expect(status).toBeGreaterThanOrEqual(500)
    expect(log.codes).toHaveLength(1)
  })
})

describe('the end of the connection', () => {
  const ENDINGS: readonly (readonly [title: string, end: (res: ServerResponse) => unknown])[] = [
    ['at once', (res) => res.end('x')],
    ['on the next tick', (res) => process.nextTick(() => res.end('x'))],
    ['some turns later', (res) => setTimeout(() => res.end('x'), SILENCE_MS)],
  ]

  it.each(ENDINGS)(
    'comes after the response that ends %s, as without keep-alive',
    async (_title, end) => {
      const scenario: Scenario = (_req, res) => void end(res)
      const options = {
        ofRequest: REQUEST_EVENTS,
        ofSocket: ['close', 'error'],
        request: { headers: { connection: 'close' } },
      }
      const trace = await expectSameTrace(scenario, options)
      expect(eventsIn(trace).at(-1)).toBe('socket close')
    },
  )

  const ways: readonly (readonly [title: string, listener: (heard: () => void) => Listener])[] = [
    [
      'before the response',
      (heard) => (req, res) => {
        req.socket.on('close', heard)
        res.end('x')
      },
    ],
    [
      'after the response',
      (heard) => (req, res) => {
        res.end('x')
        req.socket.on('close', heard)
      },
    ],
    [
      'when the response is finished',
      (heard) => (req, res) => {
        res.on('finish', () => void req.socket.on('close', heard))
        res.end('x')
      },
    ],
    [
      'beside an upload that is read',
      (heard) => (req, res) => {
        req.socket.on('close', heard)
        req.resume().on('end', () => res.end('x'))
      },
    ],
  ]

  describe.each(ways)('that an app waits for from %s', (_title, listener) => {
    it.each(MODES)('is there before the answer in %s-value mode', async (mode) => {
      let times = 0
      const handler = createHandler(listener(() => void times++))
      const event = createAlbEvent({ mode, method: 'POST', body: 'x'.repeat(5_000) })
      const answer = await within(DEADLINE_MS, 'the answer', invoke(handler, event))
      expect([answer.status, answer.text(), times]).toEqual([200, 'x', 1])
      // It does not come again.
      await delay(SILENCE_MS)
      expect(times).toBe(1)
    })
  })
})
