import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHandler, getInvocation, type HandlerOptions, type LambdaContext } from 'express-alb'
import {
  createAlbEvent,
  createLambdaContext,
  invoke,
  type ClientResponse,
} from 'express-alb/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CODES, collectLog, type CollectedLog } from '../../helpers/collected-log.js'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES_IN_MODES, MODES, type Mode } from '../../helpers/modes.js'
import type { Listener, WireRequest } from '../../helpers/response-wire.js'

const TEST_DEADLINE_MS = 5_000
// Enough for an app to begin, little enough to wait for.
const LAMBDA_MS = 40

interface Answered extends ClientResponse {
  readonly log: CollectedLog
}

/** The answer of a handler whose invocation has little time. */
async function outOfTime(
  listener: Listener,
  request: WireRequest = {},
  mode: Mode = 'single',
  options: HandlerOptions = {},
): Promise<Answered> {
  const log = collectLog()
  const handler = createHandler((req, res) => listener(req, res), { logger: log, ...options })
  const context = createLambdaContext({ timeoutMs: LAMBDA_MS, awsRequestId: 'request-1' })
  const answer = invoke(handler, createAlbEvent({ ...request, mode }), { context })
  return { ...(await within(TEST_DEADLINE_MS, 'answer', answer)), log }
}

/** Apps that do not come to an end. */
const ENDLESS: readonly (readonly [title: string, listener: Listener])[] = [
  ['does nothing', () => {}],
  ['waits for a promise that is never kept', () => new Promise(() => {})],
  ['writes a head and waits', (_req, res) => res.writeHead(200, { 'X-A': '1' })],
  ['flushes a head and waits', (_req, res) => res.flushHeaders()],
  ['writes half an answer and waits', (_req, res) => res.write('half')],
  [
    'waits for a drain that nobody owes',
    async (_req, res) => {
      res.write('half')
      await once(res, 'drain')
    },
  ],
  [
    'sends events for ever',
    (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      const timer = setInterval(() => res.write('data: half\n\n'), 5)
      res.on('close', () => clearInterval(timer))
    },
  ],
  ['waits for the request to be read by nobody', (req) => req.on('end', () => {})],
  [
    'keeps the thread until its time is up, and waits',
    () => {
      const start = performance.now()
      while (performance.now() - start < 2 * LAMBDA_MS);
    },
  ],
  [
    'comes back in every turn of the event loop',
    (_req, res) => {
      const again = (): void => {
        if (!res.destroyed) setImmediate(again)
      }
      again()
    },
  ],
]

describe.each(MODES)('an app in %s-value mode', (mode) => {
  it.each(ENDLESS)('that %s is answered with 504, and logged once', async (_title, listener) => {
    const request = { method: 'POST', url: '/slow?token=hidden', body: 'abc' }
    const { status, statusText, result, refusal, log } = await outOfTime(listener, request, mode)
    expect(refusal).toBe(undefined)
    expect([status, statusText]).toEqual([504, 'Gateway Timeout'])
    expect(JSON.stringify(result)).not.toMatch(/half|X-A/i)
    expect(log.codes).toEqual([CODES.outOfTime])
    expect(log.entries[0]).toMatchObject({
      level: 'error',
      requestId: 'request-1',
      method: 'POST',
      path: '/slow',
    })
    expect(JSON.stringify(log.entries[0])).not.toContain('hidden')
  })

  it('that is out of time has close on req and res, and both are destroyed', async () => {
    const events: string[] = []
    let pair: { req: IncomingMessage; res: ServerResponse } | undefined
    const { status } = await outOfTime(
      (req, res) => {
        pair = { req, res }
        for (const event of ['aborted', 'close']) req.on(event, () => events.push(`req ${event}`))
        for (const event of ['finish', 'close']) res.on(event, () => events.push(`res ${event}`))
      },
      { method: 'POST', body: 'abc' },
      mode,
    )
    await new Promise(setImmediate)
    expect(status).toBe(504)
    expect(events).toEqual(expect.arrayContaining(['req close', 'res close']))
    expect(events).not.toContain('res finish')
    expect([pair?.req.destroyed, pair?.res.destroyed, pair?.req.socket.destroyed]).toEqual([
      true,
      true,
      true,
    ])
  })

  it('that is out of time still finds its invocation in its listeners for close', async () => {
    const own = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    await outOfTime(
      (req, res) => {
        own.run('own store', () => {
          res.on('close', () => seen.push(getInvocation()?.context?.awsRequestId))
          req.on('close', () => seen.push(getInvocation()?.context?.awsRequestId))
        })
      },
      {},
      mode,
    )
    await new Promise(setImmediate)
    expect(seen).toEqual(['request-1', 'request-1'])
  })

  it('that answers after all changes nothing and does no harm', async () => {
    const results: unknown[] = []
    let late: Promise<void> | undefined
    const { status, result } = await outOfTime(
      (_req, res) => {
        late = (async () => {
          await once(res, 'close')
          res.on('error', () => {})
          results.push(res.write('late'))
          res.end('later')
          await new Promise(setImmediate)
        })()
        return late
      },
      {},
      mode,
    )
    const before = JSON.stringify(result)
    await late
    expect(status).toBe(504)
    expect(results).toEqual([false])
    expect(JSON.stringify(result)).toBe(before)
  })

  it('that fails after all is logged', async () => {
    let late: Promise<unknown> | undefined
    const { status, log } = await outOfTime(
      (_req, res) => {
        late = once(res, 'close').then(() => {
          throw new Error('too late')
        })
        return late
      },
      {},
      mode,
    )
    await late?.catch(() => {})
    await new Promise(setImmediate)
    expect(status).toBe(504)
    expect(log.codes.toSorted()).toEqual([CODES.outOfTime, CODES.lateError].toSorted())
    expect(JSON.stringify(log.entries)).toContain('too late')
  })
})

describe.each(EXPRESSES_IN_MODES)('under $name in $mode-value mode', ({ express, mode }) => {
  it('a response that comes in the same turn takes no timer, one that comes later has one', async () => {
    const app = express()
    app.use(express.json())
    app.post('/now', (req, res) => void res.json(req.body))
    app.post(
      '/later',
      (req, res) => void setImmediate(() => setImmediate(() => res.json(req.body))),
    )
    const timers: string[] = []
    const spy = vi.spyOn(globalThis, 'setTimeout')
    for (const url of ['/now', '/later']) {
      const event = createAlbEvent({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: '{"a":1}',
        mode,
      })
      const { status } = await invoke(createHandler(app), event, { context: createLambdaContext() })
      expect(status).toBe(200)
      if (spy.mock.calls.length > 0) timers.push(url)
    }
    expect(timers).toEqual(['/later'])
  })

  it('the log line of a 504 names the route', async () => {
    const app = express()
    app.use(
      '/api',
      express.Router().get('/reports/:id', () => {}),
    )
    const { status, log } = await outOfTime(app, { url: '/api/reports/7?secret=1' }, mode)
    expect(status).toBe(504)
    expect(log.entries).toHaveLength(1)
    expect(log.entries[0]).toMatchObject({ path: '/api/reports/7', route: '/api/reports/:id' })
  })

  it('routes of other kinds are named as far as they can be', async () => {
    for (const [path, url] of [
      [/^\/by-expression/, '/by-expression'],
      [['/one', '/two'], '/two'],
    ] as const) {
      const app = express()
      app.get(path as unknown as string, () => {})
      const { log } = await outOfTime(app, { url }, mode)
      expect(log.entries[0]?.path).toBe(url)
      expect(() => JSON.stringify(log.entries[0])).not.toThrow()
      expect(['string', 'undefined']).toContain(typeof log.entries[0]?.route)
    }
  })

  it('middleware that never goes on is out of time without a route', async () => {
    const app = express()
    app.use(() => {})
    const { status, log } = await outOfTime(app, { url: '/x' }, mode)
    expect(status).toBe(504)
    expect(log.entries[0]).toMatchObject({ path: '/x' })
    expect(log.entries[0]?.route).toBe(undefined)
  })
})

describe('the moment of a 504', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  /** A context in which `ms` are left, counted by the test's own clock. */
  function contextWith(ms: number): LambdaContext {
    const deadline = Date.now() + ms
    return { getRemainingTimeInMillis: () => deadline - Date.now() }
  }

  const ticks = async (): Promise<void> => {
    for (let i = 0; i < 4; i++) await new Promise(setImmediate)
  }

  /** After how many milliseconds a silent app is answered, to the millisecond. */
  async function answeredAfter(
    remaining: number,
    options: HandlerOptions = {},
  ): Promise<number | undefined> {
    const handler = createHandler((_req, _res) => {}, { logger: false, ...options })
    let answered = false
    const answer = handler(createAlbEvent(), contextWith(remaining)).finally(() => {
      answered = true
    })
    for (let passed = 0; passed <= remaining + 2; passed++) {
      await ticks()
      if (answered) {
        expect((await answer).statusCode).toBe(504)
        return passed
      }
      vi.advanceTimersByTime(1)
    }
    return undefined
  }

  it.each([
    ['250 ms before the deadline by default', 1_000, {}, 750],
    ['as long before it as the option says', 1_000, { deadlineMarginMs: 900 }, 500],
    ['the margin before it', 400, { deadlineMarginMs: 100 }, 300],
    ['at half the time when there is less than twice the margin', 400, {}, 200],
    ['at half the time with very little', 10, {}, 5],
    ['at the deadline with no margin', 50, { deadlineMarginMs: 0 }, 50],
  ])('is %s', async (_title, remaining, options, expected) => {
    expect(await answeredAfter(remaining, options)).toBe(expected)
  })

  it('is now when no time is left', async () => {
    expect(await answeredAfter(0)).toBeLessThanOrEqual(1)
  })

  it.each<readonly [title: string, context: LambdaContext | undefined]>([
    ['there is no context', undefined],
    ['the context has no clock', {}],
    ['the clock gives no number', { getRemainingTimeInMillis: () => Number.NaN }],
    ['the clock gives infinity', { getRemainingTimeInMillis: () => Infinity }],
    ['more time is left than a timer can wait', { getRemainingTimeInMillis: () => 2 ** 40 }],
  ])('never comes when %s, whatever the margin', async (_title, context) => {
    for (const deadlineMarginMs of [undefined, 0]) {
      await expectNoEnd(context, { deadlineMarginMs })
    }
  })

  async function expectNoEnd(
    context: LambdaContext | undefined,
    options: HandlerOptions,
  ): Promise<void> {
    let finish: () => void = () => {}
    const handler = createHandler((_req, res) => {
      finish = () => void res.end('at last')
    }, options)
    const answer = handler(createAlbEvent(), context)
    let answered = false
    void answer.finally(() => {
      answered = true
    })
    for (let minute = 0; minute < 60; minute++) {
      vi.advanceTimersByTime(60_000)
      await ticks()
    }
    expect(answered).toBe(false)
    finish()
    expect((await answer).body).toBe('at last')
  }

  it('does not come when the app answers a millisecond before', async () => {
    const handler = createHandler((_req, res) => void setTimeout(() => res.end('in time'), 749))
    const answer = handler(createAlbEvent(), contextWith(1_000))
    await ticks()
    vi.advanceTimersByTime(749)
    await ticks()
    vi.advanceTimersByTime(1_000)
    expect(await answer).toMatchObject({ statusCode: 200, body: 'in time' })
  })

  it('leaves no timer behind an answer', async () => {
    for (const listener of [
      (_req: IncomingMessage, res: ServerResponse) => void res.end('x'),
      (_req: IncomingMessage, res: ServerResponse) => void setImmediate(() => res.end('x')),
      (_req: IncomingMessage, res: ServerResponse) => void res.destroy(),
      (req: IncomingMessage, res: ServerResponse) =>
        void req.resume().on('end', () => res.end('x')),
      (_req: IncomingMessage, res: ServerResponse) => void res.end(Buffer.alloc(2_000_000, 0xff)),
    ]) {
      for (const options of [{}, { onResponse: () => undefined }, { onRequest: () => {} }]) {
        const handler = createHandler(listener, { logger: false, ...options })
        await handler(createAlbEvent({ method: 'POST', body: 'a' }), contextWith(10_000))
      }
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  it('counts the time that initialisation took', async () => {
    let ready: (app: Listener) => void = () => {}
    const handler = createHandler(
      () =>
        new Promise<(req: IncomingMessage, res: ServerResponse) => unknown>((resolve) => {
          ready = resolve
        }),
      { logger: false },
    )
    let answered = false
    const answer = handler(createAlbEvent(), contextWith(1_000)).finally(() => {
      answered = true
    })
    await ticks()
    vi.advanceTimersByTime(700)
    ready(() => {})
    await ticks()
    // 300 ms are left: less than twice the margin.
    vi.advanceTimersByTime(149)
    await ticks()
    expect(answered).toBe(false)
    vi.advanceTimersByTime(1)
    await ticks()
    expect(answered).toBe(true)
    expect((await answer).statusCode).toBe(504)
  })
})

describe('a deadline while the app initialises', () => {
  const never = (): Promise<Listener> => new Promise(() => {})

  it.each(MODES)('is answered with 504 and logged in %s-value mode', async (mode) => {
    const log = collectLog()
    const handler = createHandler(never, { logger: log })
    const context = createLambdaContext({ timeoutMs: LAMBDA_MS })
    const answer = invoke(handler, createAlbEvent({ url: '/first?a=1', mode }), { context })
    const { status } = await within(TEST_DEADLINE_MS, 'answer', answer)
    expect(status).toBe(504)
    expect(log.codes).toEqual([CODES.outOfTime])
    expect(log.entries[0]).toMatchObject({ path: '/first', method: 'GET' })
  })

  it('leaves the initialisation to the next invocation, which gets its result', async () => {
    let ready: (app: Listener) => void = () => {}
    let starts = 0
    const handler = createHandler(
      () => {
        starts++
        return new Promise<(req: IncomingMessage, res: ServerResponse) => unknown>((resolve) => {
          ready = resolve
        })
      },
      { logger: false },
    )
    const short = createLambdaContext({ timeoutMs: LAMBDA_MS })
    const first = invoke(handler, createAlbEvent(), { context: short })
    expect((await within(TEST_DEADLINE_MS, 'first answer', first)).status).toBe(504)
    const second = invoke(handler, createAlbEvent())
    ready((_req, res) => res.end('ready'))
    expect((await within(TEST_DEADLINE_MS, 'second answer', second)).text()).toBe('ready')
    expect(starts).toBe(1)
  })

  it('that fails after that is no unhandled rejection, and the next invocation tries again', async () => {
    let failLate: (error: Error) => void = () => {}
    let starts = 0
    const handler = createHandler(
      () => {
        starts++
        if (starts > 1)
          return (_req: IncomingMessage, res: ServerResponse) => res.end('second start')
        return new Promise<never>((_resolve, reject) => {
          failLate = reject
        })
      },
      { logger: false },
    )
    const context = createLambdaContext({ timeoutMs: LAMBDA_MS })
    const first = invoke(handler, createAlbEvent(), { context })
    expect((await within(TEST_DEADLINE_MS, 'first answer', first)).status).toBe(504)
    failLate(new Error('too late'))
    await new Promise(setImmediate)
    const second = invoke(handler, createAlbEvent())
    expect((await within(TEST_DEADLINE_MS, 'second answer', second)).text()).toBe('second start')
  })
})

describe('a deadline while a hook runs', () => {
  it.each<readonly [title: string, options: HandlerOptions]>([
    ['onRequest', { onRequest: () => new Promise(() => {}) }],
    ['onResponse', { onResponse: () => new Promise(() => {}) }],
    ['oversize', { oversize: () => new Promise(() => {}) }],
  ])('is answered with 504 and logged once: %s', async (_title, options) => {
    const body = Buffer.alloc(1_200_000, 0xff)
    const { status, log } = await outOfTime(
      (_req, res) => res.end(body),
      { url: '/x' },
      'single',
      options,
    )
    expect(status).toBe(504)
    expect(log.codes).toEqual([CODES.outOfTime])
    expect(log.entries[0]?.path).toBe('/x')
  })

  it('keeps the app from being called after onRequest', async () => {
    let proceed: () => void = () => {}
    let calls = 0
    const { status } = await outOfTime(
      (_req, res) => {
        calls++
        res.end()
      },
      {},
      'single',
      {
        onRequest: () =>
          new Promise((resolve) => {
            proceed = resolve
          }),
      },
    )
    proceed()
    await new Promise(setImmediate)
    expect([status, calls]).toEqual([504, 0])
  })
})
