import { createServer, type RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createHandler, ExpressAlbError, type AppSource, type LogEntry } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES } from '../../helpers/modes.js'

const ok: RequestListener = (_req, res) => {
  res.end('ok')
}

/** A promise of another library. */
function thenable<T>(value: T): PromiseLike<T> {
  const promise = Promise.resolve(value)
  // oxlint-disable-next-line unicorn/no-thenable -- it is what this is about
  return { then: promise.then.bind(promise) }
}

const textOf = async (source: AppSource): Promise<string> =>
  (await invoke(createHandler(source), createAlbEvent())).text()

describe('a lazy app', () => {
  const SOURCES: [string, () => AppSource, string][] = [
    ['a promise of a listener', () => Promise.resolve(ok), 'ok'],
    ['a promise of a server', () => Promise.resolve(createServer(ok)), 'ok'],
    ['a promise of a module', () => import('../../fixtures/apps/named-export.js'), 'named export'],
    ['a factory', () => () => ok, 'ok'],
    ['a factory of a server', () => () => createServer(ok), 'ok'],
    ['an async factory', () => async () => ok, 'ok'],
    ['a thenable', () => thenable(ok), 'ok'],
    [
      'an import with a default export',
      () => () => import('../../fixtures/apps/default-export.js'),
      'default export',
    ],
    [
      'an import with an export named app',
      () => () => import('../../fixtures/apps/named-export.js'),
      'named export',
    ],
    ['an export that is a promise', () => () => ({ default: Promise.resolve(ok) }), 'ok'],
    ['an export named app that is a promise', () => () => ({ app: Promise.resolve(ok) }), 'ok'],
    ['an export that is a server', () => () => ({ default: createServer(ok) }), 'ok'],
    ['a default export beside one named app', () => () => ({ app: 'not this', default: ok }), 'ok'],
    ['a default export that holds the app', () => () => ({ default: { app: ok } }), 'ok'],
    [
      'CommonJS with module.exports = app',
      () => () => import('../../fixtures/apps/commonjs-function.cjs') as never,
      'module.exports = app',
    ],
    [
      'CommonJS with exports.app',
      () => () => import('../../fixtures/apps/commonjs-named.cjs') as never,
      'exports.app',
    ],
    [
      'CommonJS compiled from ESM',
      () => () => import('../../fixtures/apps/commonjs-compiled.cjs') as never,
      'exports.default',
    ],
  ]

  it.each(SOURCES)('may be %s', async (_name, source, text) => {
    expect(await textOf(source())).toBe(text)
  })

  it.each(EXPRESSES)('may be a factory of an app of $name', async ({ express }) => {
    const app = express()
    app.get('/', (_req, res) => {
      res.send('ok')
    })
    expect(await textOf(() => app)).toBe('ok')
    expect(await textOf(async () => app)).toBe('ok')
  })

  it('is initialised at the first invocation, not before', async () => {
    let loads = 0
    const handler = createHandler(() => {
      loads++
      return ok
    })
    await delay(1)
    expect(loads).toBe(0)
    await invoke(handler, createAlbEvent())
    expect(loads).toBe(1)
  })

  it('is initialised once, shared by the invocations that come meanwhile and later', async () => {
    let loads = 0
    const handler = createHandler(async () => {
      loads++
      await delay(5)
      return ok
    })
    const events = Array.from({ length: 5 }, () => createAlbEvent())
    const responses = await Promise.all(events.map((event) => invoke(handler, event)))
    expect(responses.map((response) => response.text())).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    await invoke(handler, createAlbEvent())
    expect(loads).toBe(1)
  })

  it('belongs to its handler alone', async () => {
    let loads = 0
    const source = (): RequestListener => {
      loads++
      return ok
    }
    await invoke(createHandler(source), createAlbEvent())
    await invoke(createHandler(source), createAlbEvent())
    expect(loads).toBe(2)
  })
})

describe('a lazy app that fails', () => {
  const FAILURES: [string, () => never | Promise<never>][] = [
    [
      'throws',
      () => {
        throw new Error('no database')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
    [
      'rejects later',
      async () => {
        await delay(2)
        throw new Error('no database')
      },
    ],
  ]

  it.each(FAILURES)('and %s hands its error to Lambda and to the log', async (_name, source) => {
    const entries: LogEntry[] = []
    const handler = createHandler(source, {
      logger: { warn() {}, error: (entry) => entries.push(entry) },
    })
    const context = createLambdaContext({ awsRequestId: 'id' })
    const failure = await handler(createAlbEvent({ url: '/x' }), context).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(ExpressAlbError)
    expect(failure).toMatchObject({
      code: 'APP_INIT_FAILED',
      message: expect.stringContaining('no database'),
      cause: expect.objectContaining({ message: 'no database' }),
    })
    expect(entries).toHaveLength(1)
    expect(entries[0]).toMatchObject({
      code: expect.stringMatching(/init.failed$/i),
      requestId: 'id',
      path: '/x',
    })
    expect(JSON.stringify(entries[0])).toContain('no database')
  })

  it('is tried again at the next invocation', async () => {
    let loads = 0
    const handler = createHandler(
      async () => {
        await delay(1)
        loads++
        if (loads < 3) throw new Error(`attempt ${loads}`)
        return ok
      },
      { logger: false },
    )
    await expect(handler(createAlbEvent())).rejects.toThrow('attempt 1')
    await expect(handler(createAlbEvent())).rejects.toThrow('attempt 2')
    expect((await handler(createAlbEvent())).body).toBe('ok')
    expect((await handler(createAlbEvent())).body).toBe('ok')
    expect(loads).toBe(3)
  })

  it('fails every invocation that shares the attempt', async () => {
    let loads = 0
    const handler = createHandler(
      async () => {
        loads++
        await delay(2)
        throw new Error('no database')
      },
      { logger: false },
    )
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => handler(createAlbEvent())))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(loads).toBe(1)
  })

  it('as a promise ends no process before the first invocation, and fails each', async () => {
    const unhandled: unknown[] = []
    const hear = (reason: unknown): void => {
      unhandled.push(reason)
    }
    process.on('unhandledRejection', hear)
    try {
      const handler = createHandler(Promise.reject(new Error('no database')), { logger: false })
      await delay(5)
      await expect(handler(createAlbEvent())).rejects.toMatchObject({ code: 'APP_INIT_FAILED' })
      await expect(handler(createAlbEvent())).rejects.toMatchObject({ code: 'APP_INIT_FAILED' })
      await delay(5)
    } finally {
      process.off('unhandledRejection', hear)
    }
    expect(unhandled).toEqual([])
  })

  it.each([
    ['nothing', () => undefined],
    ['a module without an app', () => import('../../fixtures/apps/no-app.js')],
    ['a string', () => 'app'],
    ['a module that exports null', () => ({ default: null })],
    ['a Fastify-like object', () => ({ routing() {}, ready() {} })],
    ['a Koa-like object', () => ({ callback() {} })],
    ['a server without listener', () => createServer()],
  ])('because it gives %s says what to give', async (_name, source) => {
    const handler = createHandler(source, { logger: false })
    await expect(handler(createAlbEvent())).rejects.toMatchObject({
      code: 'APP_INIT_FAILED',
      cause: { code: 'INVALID_APP', message: expect.stringContaining('listener') },
    })
  })

  it.each([null, 'a string', 7, { reason: 'x' }] as unknown[] as Error[])(
    'with %o in place of an error is reported all the same',
    async (thrown) => {
      const handler = createHandler(() => Promise.reject(thrown), {
        logger: false,
      })
      await expect(handler(createAlbEvent())).rejects.toMatchObject({
        code: 'APP_INIT_FAILED',
        cause: thrown,
      })
    },
  )
})

describe('a lazy app that is slow', () => {
  it('costs the first invocation its time: out of time, the client gets 504 and the log says why', async () => {
    const entries: LogEntry[] = []
    let start: (app: RequestListener) => void = () => {}
    const handler = createHandler(
      () =>
        new Promise<RequestListener>((resolve) => {
          start = resolve
        }),
      { logger: { warn() {}, error: (entry) => entries.push(entry) } },
    )
    const first = await within(
      2_000,
      'answer',
      invoke(handler, createAlbEvent({ url: '/x' }), {
        context: createLambdaContext({ timeoutMs: 40 }),
      }),
    )
    expect([first.status, entries.map((entry) => [entry.code, entry.path])]).toEqual([
      504,
      [[expect.stringMatching(/^out.of.time$/i), '/x']],
    ])
    start(ok)
    expect((await invoke(handler, createAlbEvent())).text()).toBe('ok')
  })

  it('that fails after its time is up ends no process, and is tried again', async () => {
    let fail: (error: Error) => void = () => {}
    let loads = 0
    const handler = createHandler(
      () => {
        loads++
        return loads > 1
          ? ok
          : new Promise<RequestListener>((_resolve, reject) => {
              fail = reject
            })
      },
      { logger: false },
    )
    const context = createLambdaContext({ timeoutMs: 40 })
    const first = await within(2_000, 'answer', invoke(handler, createAlbEvent(), { context }))
    expect(first.status).toBe(504)
    fail(new Error('too late'))
    await delay(5)
    expect((await invoke(handler, createAlbEvent())).text()).toBe('ok')
    expect(loads).toBe(2)
  })
})
