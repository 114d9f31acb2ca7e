import { describe, expect, it, vi } from 'vitest'
import { createHandler, ExpressAlbError, type HandlerOptions } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { deepFreeze } from '../../helpers/freeze.js'

const app: Parameters<typeof createHandler>[0] = (req, res) => {
  res.end(req.url)
}

function failureOf(options: unknown): ExpressAlbError {
  try {
    createHandler(app, options as HandlerOptions)
  } catch (error) {
    if (error instanceof ExpressAlbError) return error
    throw error
  }
  throw new Error('The options were accepted.')
}

/** What a message has to show of a value, however it writes it. */
const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''

const NAMES = [
  'peerAddress',
  'healthCheck',
  'deadlineMarginMs',
  'oversize',
  'singleValueCookies',
  'valueOrder',
  'basePath',
  'logger',
  'onRequest',
  'onResponse',
]

describe('an option', () => {
  const hook = (): undefined => undefined
  const logger = { warn: hook, error: hook }

  it.each([
    [{}],
    [{ peerAddress: '172.16.0.9' }],
    [{ peerAddress: 'fd00:ec2::23' }],
    [{ healthCheck: 'app' }],
    [{ healthCheck: 'answer' }],
    [{ deadlineMarginMs: 0 }],
    [{ deadlineMarginMs: 1.5 }],
    [{ oversize: 'compress' }],
    [{ oversize: 'refuse' }],
    [{ oversize: hook }],
    [{ singleValueCookies: 'case-variants' }],
    [{ singleValueCookies: 'last-only' }],
    [{ valueOrder: 'keep' }],
    [{ valueOrder: 'reverse' }],
    [{ basePath: '' }],
    [{ basePath: '/api' }],
    [{ basePath: '/api/v2' }],
    [{ logger: false }],
    [{ logger }],
    [{ logger: Object.create(logger) as typeof logger }],
    [{ onRequest: hook }],
    [{ onRequest: async () => {} }],
    [{ onResponse: hook }],
  ] as [HandlerOptions][])('is taken: %o', (options) => {
    expect(() => createHandler(app, options)).not.toThrow()
  })

  it.each(NAMES)('%s may be undefined, and has its default then', async (name) => {
    const handler = createHandler(app, { [name]: undefined })
    expect((await invoke(handler, createAlbEvent({ url: '/x' }))).text()).toBe('/x')
  })

  it.each([
    ['peerAddress', '10.0.0.1:80', 'IP'],
    ['peerAddress', '10.0.0', 'IP'],
    ['peerAddress', '10.0.0.0/8', 'IP'],
    ['peerAddress', '', 'IP'],
    ['peerAddress', 'localhost', 'IP'],
    ['peerAddress', null, 'IP'],
    ['healthCheck', 'ignore', "'app' or 'answer'"],
    ['healthCheck', true, "'app' or 'answer'"],
    ['deadlineMarginMs', -1, 'milliseconds'],
    ['deadlineMarginMs', Number.NaN, 'milliseconds'],
    ['deadlineMarginMs', Infinity, 'milliseconds'],
    ['deadlineMarginMs', '250', 'milliseconds'],
    ['deadlineMarginMs', null, 'milliseconds'],
    ['oversize', 'gzip', 'a function'],
    ['oversize', false, 'a function'],
    ['singleValueCookies', 'first-only', "'case-variants' or 'last-only'"],
    ['valueOrder', 'reversed', "'keep' or 'reverse'"],
    ['basePath', 'api', "'/api'"],
    ['basePath', '/', "'/api'"],
    ['basePath', '/api/', "'/api'"],
    ['basePath', '/api?x', "'/api'"],
    ['basePath', '/api#x', "'/api'"],
    ['basePath', ['/api'], "'/api'"],
    ['logger', 'console', 'log'],
    ['logger', null, 'log'],
    ['logger', { info: 1 }, 'log'],
    ['logger', { warn: () => {} }, 'log'],
    ['onRequest', 'hook', 'function'],
    ['onRequest', null, 'function'],
    ['onResponse', {}, 'function'],
  ])('%s: %o is refused with name, value and remedy', (name, value, remedy) => {
    const { code, message } = failureOf({ [name]: value })
    expect(code).toBe('INVALID_OPTION')
    expect(message).toContain(name)
    expect(message).toContain(remedy)
    expect(message).toContain(shown(value))
    expect(message).toMatch(/^[^\n]{20,400}$/)
  })

  it.each([
    ['peeraddress', 'peerAddress'],
    ['deadlineMargin', 'deadlineMarginMs'],
    ['base_path', 'basePath'],
    ['healthcheck', 'healthCheck'],
    ['binary', 'oversize'],
    ['trustProxy', 'peerAddress'],
    ['__defineGetter__', 'basePath'],
    ['toString', 'basePath'],
  ])('%s is unknown, and refused with the name to use', (name, known) => {
    const { code, message } = failureOf({ [name]: '/api' })
    expect(code).toBe('INVALID_OPTION')
    expect(message).toContain(name)
    expect(message).toContain(known)
  })

  it('is refused by its value in short, when that is long', () => {
    const { message } = failureOf({ basePath: 'x'.repeat(5_000) })
    expect(message.length).toBeLessThan(400)
  })
})

describe('the options', () => {
  it.each([null, 'x', () => {}])('are refused as a whole when they are %o', (options) => {
    const { code, message } = failureOf(options)
    expect(code).toBe('INVALID_OPTION')
    expect(message).toMatch(/^options is .+; it must be an object\.$/)
  })

  it('are listed when one of them is unknown', () => {
    expect(failureOf({ binary: true }).message).toContain(
      'there are peerAddress, healthCheck, deadlineMarginMs, ',
    )
  })

  it('are read once: what is written there later changes nothing', async () => {
    const options = { basePath: '/api', healthCheck: 'app' as 'app' | 'answer' }
    const handler = createHandler(app, options)
    options.basePath = '/other'
    options.healthCheck = 'answer'
    expect((await invoke(handler, createAlbEvent({ url: '/api/x' }))).text()).toBe('/x')
  })

  it('are not written to', () => {
    const options = deepFreeze({ basePath: '/api', logger: false as const, onRequest: () => {} })
    expect(() => createHandler(app, options)).not.toThrow()
  })

  it('may serve several handlers', async () => {
    const options = deepFreeze({ basePath: '/api' })
    const [one, two] = [createHandler(app, options), createHandler(app, options)]
    const event = createAlbEvent({ url: '/api/x' })
    expect((await invoke(one, event)).text()).toBe('/x')
    expect((await invoke(two, event)).text()).toBe('/x')
  })
})

describe('peerAddress', () => {
  it('shows in the app', async () => {
    const handler = createHandler((req, res) => res.end(req.socket.remoteAddress), {
      peerAddress: 'fd00::1',
    })
    expect((await invoke(handler, createAlbEvent())).text()).toBe('fd00::1')
  })
})

describe('logger', () => {
  const failing = (logger?: HandlerOptions['logger']): ReturnType<typeof createHandler> =>
    createHandler(
      (_req, _res) => {
        throw new Error('broken')
      },
      { logger },
    )

  it('is the console by default, one line of JSON for each entry', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    await failing()(
      createAlbEvent({ url: '/x?secret=1' }),
      createLambdaContext({ awsRequestId: 'id' }),
    )
    expect(error).toHaveBeenCalledOnce()
    const [line] = error.mock.calls[0] as [string]
    expect(line).not.toContain('\n')
    expect(line).not.toContain('secret')
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      code: expect.stringMatching(/failed$/i),
      requestId: 'id',
      method: 'GET',
      path: '/x',
    })
  })

  it('gets entry and message, as pino wants them, on the logger itself', async () => {
    const calls: unknown[] = []
    const logger = {
      name: 'mine',
      warn() {},
      error(this: { name: string }, entry: object, message: string) {
        calls.push([this.name, entry, message])
      },
    }
    await failing(logger)(createAlbEvent(), createLambdaContext())
    expect(calls).toEqual([
      [
        'mine',
        expect.objectContaining({ code: expect.stringMatching(/failed$/i) }),
        expect.any(String),
      ],
    ])
  })

  it('may be a function that has the two methods', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const logger = Object.assign(() => {}, { warn() {}, error: vi.fn<() => void>() })
    await failing(logger)(createAlbEvent(), createLambdaContext())
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'app-failed' }),
      expect.any(String),
    )
    expect(error).not.toHaveBeenCalled()
  })

  it('false keeps the adapter silent', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    await failing(false)(createAlbEvent(), createLambdaContext())
    expect(error).not.toHaveBeenCalled()
  })

  it('that throws spoils no answer', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const logger = {
      warn() {},
      error() {
        throw new Error('disk full')
      },
    }
    expect((await invoke(failing(logger), createAlbEvent())).status).toBe(500)
  })

  it('hears nothing when nothing goes wrong', async () => {
    const logger = { warn: vi.fn<() => void>(), error: vi.fn<() => void>() }
    await invoke(createHandler(app, { logger }), createAlbEvent())
    expect([logger.warn.mock.calls, logger.error.mock.calls]).toEqual([[], []])
  })
})
