import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHandler, ExpressAlbError, type AlbHandler, type AppSource } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { describe, expect, it, vi } from 'vitest'
import { CODES, collectLog } from '../../helpers/collected-log.js'
import { EXPRESSES, MODES } from '../../helpers/modes.js'

const answering = (text: string) => (_req: IncomingMessage, res: ServerResponse) => res.end(text)

async function rejectionOf(handler: AlbHandler): Promise<unknown> {
  return handler(createAlbEvent({ url: '/first?token=hidden' }), createLambdaContext()).then(
    () => undefined,
    (error: unknown) => error,
  )
}

const cause = new Error('no database')

/** Ways in which an app does not come to be. */
const FAILING: readonly (readonly [title: string, source: () => AppSource])[] = [
  [
    'a factory that throws',
    () => () => {
      throw cause
    },
  ],
  ['a factory that rejects', () => () => Promise.reject(cause)],
  [
    'a factory that rejects later',
    () => async () => {
      await new Promise(setImmediate)
      throw cause
    },
  ],
  ['a promise that rejects', () => Promise.reject(cause)],
  [
    'a module whose default export is a promise that rejects',
    () => () => Promise.resolve({ default: Promise.reject(cause) }),
  ],
]

describe.each(FAILING)('%s', (_title, source) => {
  it('rejects with an error that names the cause, for Lambda to report', async () => {
    const error = await rejectionOf(createHandler(source(), { logger: false }))
    expect(error).toBeInstanceOf(ExpressAlbError)
    expect(error).toMatchObject({ code: 'APP_INIT_FAILED', cause })
    expect((error as Error).message).toContain('no database')
  })

  it('is logged once for each invocation, with its request and its stack', async () => {
    const log = collectLog()
    await rejectionOf(createHandler(source(), { logger: log }))
    expect(log.codes).toEqual([CODES.initFailed])
    expect(log.entries[0]).toMatchObject({ level: 'error', method: 'GET', path: '/first' })
    const line = JSON.stringify(log.entries[0])
    expect(line).toContain('no database')
    expect(line).toContain('initialisation.test')
    expect(line).not.toContain('hidden')
  })

  it.each(MODES)('is a 502 for the client in %s-value mode', async (mode) => {
    const handler = createHandler(source(), { logger: false })
    const { status, refusal } = await invoke(handler, createAlbEvent({ mode }))
    expect(status).toBe(502)
    expect(refusal).toContain('no database')
  })

  it('fails all invocations that came meanwhile, and each is told', async () => {
    const handler = createHandler(source(), { logger: false })
    const errors = await Promise.all(Array.from({ length: 5 }, () => rejectionOf(handler)))
    for (const error of errors) expect(error).toMatchObject({ code: 'APP_INIT_FAILED' })
  })
})

describe('a failed initialisation', () => {
  it('is tried again at the next invocation, and not after it has succeeded', async () => {
    let starts = 0
    const handler = createHandler(
      () => {
        starts++
        if (starts < 3) throw cause
        return answering(`start ${starts}`)
      },
      { logger: false },
    )
    const texts: string[] = []
    for (let i = 0; i < 5; i++) texts.push((await invoke(handler, createAlbEvent())).text())
    expect(texts.slice(2)).toEqual(['start 3', 'start 3', 'start 3'])
    expect(starts).toBe(3)
  })

  it('is tried once by invocations that come together', async () => {
    let starts = 0
    const handler = createHandler(
      async () => {
        starts++
        await new Promise(setImmediate)
        if (starts === 1) throw cause
        return answering('ready')
      },
      { logger: false },
    )
    const first = await Promise.all(Array.from({ length: 4 }, () => rejectionOf(handler)))
    expect(first.every((error) => error instanceof Error)).toBe(true)
    expect(starts).toBe(1)
    const second = await Promise.all(
      Array.from({ length: 4 }, () => invoke(handler, createAlbEvent())),
    )
    expect(second.map((response) => response.text())).toEqual(Array(4).fill('ready'))
    expect(starts).toBe(2)
  })

  it.each([
    ['undefined', undefined],
    ['a string', 'words'],
    ['an object', { code: 1 }],
    ['null', null],
  ])('may reject with what is no error: %s', async (_title, reason) => {
    const log = collectLog()
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is what is tested
    const handler = createHandler(() => Promise.reject(reason), { logger: log })
    expect(await rejectionOf(handler)).toMatchObject({ code: 'APP_INIT_FAILED' })
    expect(log.codes).toEqual([CODES.initFailed])
    expect(() => JSON.stringify(log.entries[0])).not.toThrow()
  })

  it.each([
    ['nothing', () => undefined],
    ['a number', () => 5],
    ['a module without an app', () => ({ something: answering('x') })],
    ['an object', () => ({})],
  ])('is also a factory that gives %s', async (_title, factory) => {
    const handler = createHandler(factory, { logger: false })
    expect(await rejectionOf(handler)).toMatchObject({ code: 'APP_INIT_FAILED' })
  })

  it('with a logger that fails still reaches Lambda', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = (): never => {
      throw new Error('no log')
    }
    const handler = createHandler(() => Promise.reject(cause), {
      logger: { warn: broken, error: broken },
    })
    expect(await rejectionOf(handler)).toMatchObject({ code: 'APP_INIT_FAILED', cause })
  })

  it('of a promise before the first invocation ends no process', async () => {
    // An unhandled rejection would fail the run.
    createHandler(Promise.reject(new Error('early')), { logger: false })
    await new Promise(setImmediate)
    expect(true).toBe(true)
  })
})

describe.each(EXPRESSES)('a lazy app under $name', ({ express }) => {
  it('answers once it is there', async () => {
    const app = express()
    app.get('/', (_req, res) => void res.send('ready'))
    for (const source of [
      () => app,
      () => Promise.resolve(app),
      () => ({ default: app }),
      () => ({ app }),
    ]) {
      const response = await invoke(createHandler(source, { logger: false }), createAlbEvent())
      expect(response.text()).toBe('ready')
    }
  })
})
