import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHandler } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import type { NextFunction, Request, Response } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { CODES, collectLog } from '../../helpers/collected-log.js'
import { EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { expectSameOf, throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

class Broken extends Error {
  override readonly name = 'Broken'
}

const fail = (): never => {
  throw new Broken('secret cause')
}

/** Turns of the event loop, for what comes after the answer. */
async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate)
}

/** How far the app had come when it failed. */
const UNFINISHED: readonly (readonly [title: string, begin: (res: ServerResponse) => void])[] = [
  ['before it did anything', () => {}],
  ['after setHeader', (res) => void res.setHeader('X-A', '1')],
  ['after writeHead', (res) => void res.writeHead(200, { 'X-A': '1' })],
  ['after flushHeaders', (res) => res.flushHeaders()],
  ['after a write', (res) => void res.write('half')],
  [
    'while corked',
    (res) => {
      res.cork()
      res.write('half')
    },
  ],
]

/** Ways to fail. */
const WAYS: readonly (readonly [
  title: string,
  make: (begin: (res: ServerResponse) => void) => Listener,
])[] = [
  [
    'throws',
    (begin) => (_req, res) => {
      begin(res)
      fail()
    },
  ],
  [
    'rejects at once',
    (begin) => (_req, res) => {
      begin(res)
      return Promise.reject(new Broken('secret cause'))
    },
  ],
  [
    'rejects later',
    (begin) => async (_req, res) => {
      begin(res)
      await turns(1)
      fail()
    },
  ],
  [
    'gives a thenable that rejects',
    (begin) => (_req, res) => {
      begin(res)
      return {
        // oxlint-disable-next-line unicorn/no-thenable -- apps written with other promise libraries
        then: (_done: unknown, failed: (error: Error) => void) =>
          failed(new Broken('secret cause')),
      }
    },
  ],
  [
    'throws after it read the body',
    (begin) => async (req, res) => {
      begin(res)
      for await (const _piece of req);
      fail()
    },
  ],
]

describe.each(MODES)('a listener in %s-value mode', (mode) => {
  describe.each(WAYS)('that %s', (_way, make) => {
    it.each(UNFINISHED)('%s is answered with 500 and logged once', async (_title, begin) => {
      const request = { method: 'POST', url: '/path?token=hidden', body: 'abc' }
      const response = await throughAdapter(make(begin), request, mode)
      expect(response.status).toBe(500)
      expect(response.statusText).toBe('Internal Server Error')
      // Nothing of the half answer, and nothing of the cause.
      expect(response.headers['x-a']).toBe(undefined)
      expect(JSON.stringify(response.result)).not.toMatch(/half|secret|Broken/)
      expect(response.log.codes).toEqual([CODES.appFailed])
      expect(response.log.entries[0]).toMatchObject({
        level: 'error',
        method: 'POST',
        path: '/path',
      })
      const line = JSON.stringify(response.log.entries[0])
      expect(line).toContain('Broken')
      expect(line).toContain('secret cause')
      expect(line).toContain('listener.test')
      expect(line).not.toContain('hidden')
    })

    it('after it ended the response leaves the answer and is logged', async () => {
      const response = await throughAdapter(
        make((res) => void res.writeHead(201, { 'X-A': '1' }).end('whole')),
        {},
        mode,
      )
      await turns()
      expect(response.status).toBe(201)
      expect(response.headers['x-a']).toBe('1')
      expect(response.text()).toBe('whole')
      expect(response.log.codes).toEqual([CODES.lateError])
      expect(JSON.stringify(response.log.entries[0])).toContain('secret cause')
    })
  })

  it('that rejects long after the answer is logged, and the answer stays', async () => {
    const response = await throughAdapter(
      async (_req, res) => {
        res.end('whole')
        await turns(5)
        fail()
      },
      {},
      mode,
    )
    expect([response.status, response.text()]).toEqual([200, 'whole'])
    await turns(8)
    expect(response.log.codes).toEqual([CODES.lateError])
  })

  it('that fails twice is logged for both and answered once', async () => {
    const response = await throughAdapter(
      (_req, res) => {
        res.destroy()
        fail()
      },
      {},
      mode,
    )
    await turns()
    expect(response.status).toBe(502)
    expect(response.log.codes).toHaveLength(2)
    expect(response.log.codes).toContain(CODES.disconnected)
  })
})

const hostile = {
  toString(): string {
    throw new Error('no text')
  },
  get stack(): string {
    throw new Error('no stack')
  },
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    throw new Error('no inspection')
  },
}

class HostileError extends Error {
  override get message(): string {
    throw new Error('no message')
  }
  override get stack(): string {
    throw new Error('no stack')
  }
}

/** Whatever can be thrown. */
const THROWN: readonly (readonly [title: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['0', 0],
  ['an empty string', ''],
  ['a string', 'plain words'],
  ['a symbol', Symbol('mark')],
  ['a bigint', 12n],
  ['an object', { status: 404 }],
  ['an object without prototype', Object.create(null)],
  ['a function', () => {}],
  ['an object that does not let itself be shown', hostile],
  ['an error that does not let itself be shown', new HostileError()],
  ['a revoked proxy', revoked()],
  ['an error with a cause', new Error('outer', { cause: new Error('inner') })],
  ['an aggregate', new AggregateError([new Error('one')], 'many')],
  ['an error that holds itself', circular()],
]

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function circular(): Error {
  const error = new Error('circular')
  return Object.assign(error, { self: error })
}

describe('whatever is thrown', () => {
  it.each(THROWN)('brings a 500 and one line that can be serialised: %s', async (_title, value) => {
    // Where a value cannot be shown at all, the entry may go to the console instead.
    const onConsole = vi.spyOn(console, 'error').mockImplementation(() => {})
    for (const listener of [
      () => {
        throw value
      },
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is what is tested
      () => Promise.reject(value),
    ]) {
      const { status, log } = await throughAdapter(listener)
      expect(status).toBe(500)
      expect(log.entries.length + onConsole.mock.calls.length).toBe(1)
      for (const entry of log.entries) expect(() => JSON.stringify(entry)).not.toThrow()
      onConsole.mockClear()
    }
  })
})

describe('the log', () => {
  const failing = (logger: Parameters<typeof createHandler>[1]): ReturnType<typeof createHandler> =>
    createHandler((_req: IncomingMessage, _res: ServerResponse) => fail(), logger)

  it('is one line of JSON on the console by default', async () => {
    const write = vi.spyOn(console, 'error').mockImplementation(() => {})
    await failing({})(createAlbEvent({ url: '/x' }), createLambdaContext({ awsRequestId: 'id-1' }))
    expect(write).toHaveBeenCalledTimes(1)
    const [line, ...rest] = write.mock.calls[0] as unknown[]
    expect(rest).toEqual([])
    expect(String(line)).not.toContain('\n')
    expect(JSON.parse(String(line))).toMatchObject({
      level: 'error',
      code: CODES.appFailed,
      requestId: 'id-1',
      path: '/x',
      message: expect.any(String) as string,
    })
  })

  it.each<readonly [title: string, value: unknown]>([
    ['an error', new Error('unwanted')],
    ['what cannot be shown', hostile],
  ])('is silent with logger: false, of %s', async (_title, value) => {
    const writes = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    )
    const handler = createHandler(
      (_req, _res) => {
        throw value
      },
      { logger: false },
    )
    const { statusCode } = await handler(createAlbEvent(), createLambdaContext())
    expect(statusCode).toBe(500)
    expect(writes.map((write) => write.mock.calls.length)).toEqual([0, 0, 0, 0, 0])
  })

  it.each([
    ['throws', (): never => fail()],
    [
      'throws nothing that is an error',
      (): never => {
        // oxlint-disable-next-line typescript/only-throw-error -- that is what is tested
        throw undefined
      },
    ],
  ])(
    'may fail without harm to the answer, and is not lost: a logger that %s',
    async (_title, write) => {
      const onConsole = vi.spyOn(console, 'error').mockImplementation(() => {})
      const handler = failing({ logger: { warn: write, error: write } })
      const { statusCode } = await handler(createAlbEvent({ url: '/lost' }), createLambdaContext())
      expect(statusCode).toBe(500)
      expect(onConsole).toHaveBeenCalled()
      expect(
        onConsole.mock.calls
          .flat()
          .map((part) => JSON.stringify(part))
          .join(' '),
      ).toContain(CODES.appFailed)
    },
  )

  it('calls the methods of a logger on the logger', async () => {
    class Own {
      readonly entries: unknown[] = []
      warn(entry: unknown): void {
        this.entries.push(entry)
      }
      error(entry: unknown): void {
        this.entries.push(entry)
      }
    }
    const logger = new Own()
    await failing({ logger })(createAlbEvent(), createLambdaContext())
    expect(logger.entries).toHaveLength(1)
  })

  it('does without a Lambda context', async () => {
    const log = collectLog()
    const { statusCode } = await failing({ logger: log })(createAlbEvent())
    expect(statusCode).toBe(500)
    expect(log.entries[0]?.requestId).toBe(undefined)
  })
})

describe.each(EXPRESSES_IN_MODES)('$name in $mode-value mode', ({ express, mode }) => {
  const expressAround = (
    handle: (req: Request, res: Response, next: NextFunction) => unknown,
  ): Listener => {
    const app = express()
    // Otherwise Express prints the errors that it answers.
    app.set('env', 'test')
    app.use(
      '/api',
      express.Router().get('/items/:id', (req, res, next) => handle(req, res, next)),
    )
    return app
  }
  const url = '/api/items/1'

  it.each<readonly [title: string, handle: Parameters<typeof expressAround>[0], status: number]>([
    ['a route that throws', () => fail(), 500],
    [
      'an error with a status',
      (_req, _res, next) => next(Object.assign(new Error('no'), { status: 403 })),
      403,
    ],
    [
      'an error with a statusCode',
      (_req, _res, next) => next(Object.assign(new Error('no'), { statusCode: 422 })),
      422,
    ],
    [
      'an error with a status that is none',
      (_req, _res, next) => next(Object.assign(new Error('no'), { status: 1000 })),
      500,
    ],
    [
      'an error in a later turn',
      (_req, _res, next) => void setImmediate(() => next(new Broken('no'))),
      500,
    ],
    ['a string given to next', (_req, _res, next) => next('words'), 500],
  ])(
    'answers in its own way, and the adapter has nothing to say: %s',
    async (_title, handle, status) => {
      const response = await throughAdapter(expressAround(handle), { url }, mode)
      expect(response.status).toBe(status)
      expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(response.headers['content-security-policy']).toBe("default-src 'none'")
      expect(response.log.codes).toEqual([])
    },
  )

  it('hangs up as on a real server when a route fails after half an answer', async () => {
    const response = await throughAdapter(
      expressAround((_req, res) => {
        res.write('half')
        fail()
      }),
      { url },
      mode,
    )
    expect(response.status).toBe(502)
    expect(response.text()).not.toContain('half')
    expect(response.log.codes).toEqual([CODES.disconnected])
    expect(response.log.entries[0]?.route).toMatch(/\/items\/:id$/)
  })

  it('keeps the answer when a route fails after the whole of it', async () => {
    const response = await throughAdapter(
      expressAround((_req, res) => {
        res.send('whole')
        fail()
      }),
      { url },
      mode,
    )
    expect([response.status, response.text()]).toEqual([200, 'whole'])
  })

  it('takes its own error handlers first', async () => {
    const app = express()
    app.get('/', () => fail())
    app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
      res.status(418).send(error.message)
    })
    const response = await throughAdapter(app, {}, mode)
    expect([response.status, response.text()]).toEqual([418, 'secret cause'])
  })

  it('may have an error handler that fails itself', async () => {
    const app = express()
    app.set('env', 'test')
    app.get('/', () => fail())
    app.use((_error: Error, _req: Request, _res: Response, _next: NextFunction) => {
      throw new Error('worse')
    })
    const response = await throughAdapter(app, {}, mode)
    expect(response.status).toBe(500)
  })
})

// Express 4 leaves rejections to the process, here as on EC2.
describe.each(EXPRESSES_IN_MODES.filter(({ name }) => name === 'Express 5'))(
  '$name in $mode-value mode',
  ({ express, mode }) => {
    it('answers a route that rejects in its own way', async () => {
      const app = express()
      app.set('env', 'test')
      app.get('/', async () => {
        await turns(1)
        throw Object.assign(new Broken('no'), { status: 503 })
      })
      const response = await throughAdapter(app, {}, mode)
      expect(response.status).toBe(503)
      expect(response.log.codes).toEqual([])
    })
  },
)

describe('what is answered after an error', () => {
  it('is a complete new response, not the remains of the old one', async () => {
    const app: Listener = (_req, res) => {
      try {
        res.setHeader('X-Old', '1')
        fail()
      } catch {
        for (const name of res.getHeaderNames()) res.removeHeader(name)
        res.writeHead(500, { 'X-New': '1' }).end('handled')
      }
    }
    const seen = await expectSameOf(app)
    expect(seen.headers).toMatchObject({ 'x-new': '1' })
    expect(seen.headers).not.toHaveProperty('x-old')
  })

  it('reaches clients that ask for HEAD without a body', async () => {
    const handler = createHandler((_req, _res) => fail(), { logger: false })
    for (const mode of MODES) {
      const { status, body } = await invoke(handler, createAlbEvent({ method: 'HEAD', mode }))
      expect([status, body]).toEqual([500, Buffer.alloc(0)])
    }
  })
})

describe('the log line of a failure', () => {
  it('has all but the id when Lambda gives no context', async () => {
    const log = collectLog()
    const { statusCode } = await createHandler((_req) => fail(), { logger: log })(
      createAlbEvent({ url: '/a' }),
    )
    expect(statusCode).toBe(500)
    expect(log.entries).toEqual([expect.objectContaining({ code: CODES.appFailed, path: '/a' })])
    expect(log.entries[0]?.requestId).toBe(undefined)
  })

  it('has the route that another router than Express notes', async () => {
    const log = collectLog()
    const handler = createHandler(
      (req) => {
        Object.assign(req, { route: { path: '/items/:id' } })
        fail()
      },
      { logger: log },
    )
    await handler(createAlbEvent({ url: '/items/7' }))
    expect(log.entries[0]?.route).toBe('/items/:id')
  })
})
