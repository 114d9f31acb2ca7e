import { STATUS_CODES, type ServerResponse } from 'node:http'
import { createHandler, type AlbResult } from 'express-alb'
import { createAlbEvent, createHealthCheckEvent, createLambdaContext } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { collectLog } from '../../helpers/collected-log.js'
import { EXPRESSES, MODES, type Mode } from '../../helpers/modes.js'
import { expectSameOf, linesOf, throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

const FIELD = { single: 'headers', multi: 'multiValueHeaders' } as const
const MEMBERS = ['body', 'isBase64Encoded', 'statusCode', 'statusDescription']

async function resultOf(listener: Listener, mode: Mode, method = 'GET'): Promise<AlbResult> {
  return (await throughAdapter(listener, { method }, mode)).result
}

/** The values of a result's fields, whatever its form. */
function valuesOf(result: AlbResult): unknown[] {
  return Object.values(result.headers ?? result.multiValueHeaders ?? {}).flat()
}

/** Responses of every kind, for what must be true of all results. */
const EVERY_KIND: readonly (readonly [title: string, respond: (res: ServerResponse) => unknown])[] =
  [
    ['text', (res) => res.end('text')],
    ['bytes', (res) => res.end(Buffer.of(0xff))],
    ['nothing', (res) => res.end()],
    ['204', (res) => res.writeHead(204).end()],
    ['304', (res) => res.writeHead(304).end()],
    ['an error', () => Promise.reject(new Error('failed'))],
    ['a destroyed connection', (res) => res.destroy()],
    ['too much', (res) => res.end(Buffer.alloc(1_100_000, 0xff))],
    ['numbers in fields', (res) => res.writeHead(200, { 'Content-Length': 2, Age: 0 }).end('ok')],
  ]

describe.each(MODES)('a result in %s-value mode', (mode) => {
  it.each(EVERY_KIND)('has the members of that mode and no others: %s', async (_title, respond) => {
    const result = await resultOf((_req, res) => respond(res), mode)
    expect(Object.keys(result).toSorted()).toEqual([...MEMBERS, FIELD[mode]].toSorted())
  })

  it.each(EVERY_KIND)('is the same before and after JSON: %s', async (_title, respond) => {
    const result = await resultOf((_req, res) => respond(res), mode)
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it.each(EVERY_KIND)('has members of the types that an ALB takes: %s', async (_title, respond) => {
    const result = await resultOf((_req, res) => respond(res), mode)
    expect(Number.isInteger(result.statusCode)).toBe(true)
    expect(result.statusDescription).toMatch(new RegExp(`^${result.statusCode} \\S.*$`))
    expect(typeof result.body).toBe('string')
    expect(typeof result.isBase64Encoded).toBe('boolean')
    for (const held of Object.values(result[FIELD[mode]] ?? {})) {
      expect(Array.isArray(held)).toBe(mode === 'multi')
    }
    expect(valuesOf(result).every((value) => typeof value === 'string')).toBe(true)
  })

  it('shares nothing with the result of another invocation', async () => {
    const handler = createHandler((_req, res) => res.end('x'))
    const [first, second] = await Promise.all([
      handler(createAlbEvent({ mode }), createLambdaContext()),
      handler(createAlbEvent({ mode }), createLambdaContext()),
    ])
    expect(first).not.toBe(second)
    expect(first[FIELD[mode]]).not.toBe(second[FIELD[mode]])
  })
})

describe('the form of a result', () => {
  it('follows each event while one handler serves both modes', async () => {
    const handler = createHandler((_req, res) => res.setHeader('X-A', '1').end('x'))
    const modes: readonly Mode[] = ['single', 'multi', 'multi', 'single', 'multi', 'single']
    const results = await Promise.all(
      modes.map((mode) => handler(createAlbEvent({ mode }), createLambdaContext())),
    )
    expect(results.map((result) => (result.multiValueHeaders ? 'multi' : 'single'))).toEqual(modes)
    expect(results.map((result) => valuesOf(result).includes('1'))).toEqual(modes.map(() => true))
  })

  it.each(MODES)(
    'is right for a health check in %s-value mode, with and without the app',
    async (mode) => {
      for (const healthCheck of ['app', 'answer'] as const) {
        const handler = createHandler((_req, res) => res.end('x'), { healthCheck })
        const result = await handler(createHealthCheckEvent({ mode }), createLambdaContext())
        expect(Object.keys(result).toSorted()).toEqual([...MEMBERS, FIELD[mode]].toSorted())
        expect(result.statusDescription).toBe('200 OK')
      }
    },
  )
})

describe('the status description', () => {
  const finals = Object.entries(STATUS_CODES).filter(([code]) => Number(code) >= 200)

  it.each(finals)("of %s is the status and Node's phrase", async (code, phrase) => {
    const result = await resultOf((_req, res) => res.writeHead(Number(code)).end(), 'single')
    expect(result.statusDescription).toBe(`${code} ${phrase}`)
  })

  it.each([
    ['property', (res: ServerResponse) => void (res.statusMessage = 'Teapot!')],
    ['argument of writeHead', (res: ServerResponse) => void res.writeHead(418, 'Teapot!')],
  ])("is the app's own phrase when it sets one as %s", async (_how, set) => {
    for (const mode of MODES) {
      const result = await resultOf((_req, res) => {
        res.statusCode = 418
        set(res)
        res.end()
      }, mode)
      expect(result.statusDescription).toBe('418 Teapot!')
    }
  })

  it.each(EXPRESSES)('keeps res.statusMessage under $name', async ({ express }) => {
    const app = express()
    app.get('/', (_req, res) => {
      res.statusMessage = 'Quota Used Up'
      res.status(429).json({})
    })
    expect((await resultOf(app, 'multi')).statusDescription).toBe('429 Quota Used Up')
  })

  it('has a phrase for a status without one, and where the app asks for none', async () => {
    const unknown = await resultOf((_req, res) => res.writeHead(499).end(), 'single')
    expect(unknown.statusDescription).toMatch(/^499 \S/)
    const empty = await resultOf((_req, res) => res.writeHead(200, '').end(), 'single')
    expect(empty.statusDescription).toMatch(/^200 \S/)
  })

  it('carries the characters of a phrase beyond ASCII', async () => {
    const phrase = Buffer.from('caf\u00E9').toString('latin1')
    const { reason } = await expectSameOf((_req, res) => res.writeHead(200, 'Plain').end())
    expect(reason).toBe('Plain')
    const result = await resultOf((_req, res) => res.writeHead(200, phrase).end(), 'single')
    // The same bytes as in a header field: UTF-8 is text in JSON.
    expect(result.statusDescription).toBe('200 caf\u00E9')
  })
})

describe('the values of fields', () => {
  it.each(MODES)('are strings whatever the app gives, in %s-value mode', async (mode) => {
    const { result } = await throughAdapter(
      (_req, res) => {
        const set = (name: string, value: unknown): void =>
          void res.setHeader(name, value as string)
        set('X-Number', 0)
        set('X-Numbers', [1, 2.5])
        set('X-Boolean', true)
        set('X-Big', 12345678901234567890n)
        set('X-Date', new Date(0))
        set('X-String', new String('boxed'))
        set('X-Null', null)
        res.end('x')
      },
      {},
      mode,
    )
    const values = valuesOf(result)
    expect(values.every((value) => typeof value === 'string')).toBe(true)
    expect(values.join(' | ')).toContain('0 | 1')
    expect(values).toEqual(
      expect.arrayContaining([
        'true',
        '12345678901234567890',
        String(new Date(0)),
        'boxed',
        'null',
      ]),
    )
  })

  it.each(EXPRESSES)(
    'are strings for a plain 404 and for files under $name',
    async ({ express }) => {
      for (const mode of MODES) {
        const app = express()
        app.use(express.static(import.meta.dirname))
        app.get('/status', (_req, res) => res.status(404).end())
        for (const url of ['/status', '/form.test.ts', '/nothing']) {
          const { result, refusal } = await throughAdapter(app, { url }, mode)
          expect(refusal).toBe(undefined)
          expect(valuesOf(result).every((value) => typeof value === 'string')).toBe(true)
        }
      }
    },
  )
})

/** What the result says of a length, or `undefined`. */
function lengthIn(result: AlbResult): string | undefined {
  return linesOf(result).find(([name]) => /^content-length$/i.test(name))?.[1]
}

describe.each(MODES)('Content-Length in %s-value mode', (mode) => {
  it.each([
    ['right', '4', '4'],
    ['a right number', 4, '4'],
    ['too small', '2', undefined],
    ['too large', '400', undefined],
    ['no number', 'four', undefined],
    ['negative', '-4', undefined],
    ['counted in characters', '3', undefined],
  ])(
    "stays if it is the body's, and is left out otherwise: %s",
    async (_title, given, expected) => {
      const listener: Listener = (_req, res) =>
        res.setHeader('Content-Length', given).end('ab\u00E9')
      const { result, body } = await throughAdapter(listener, {}, mode)
      expect(lengthIn(result)).toBe(expected)
      expect(body.toString()).toBe('ab\u00E9')
    },
  )

  it('is left out in other letters, too', async () => {
    const { result } = await throughAdapter(
      (_req, res) => res.writeHead(200, { 'CONTENT-LENGTH': '99' }).end('x'),
      {},
      mode,
    )
    expect(lengthIn(result)).toBe(undefined)
  })

  it.each([
    ['HEAD', 200],
    ['HEAD', 404],
    ['GET', 304],
  ])(
    "of an answer to %s with %i is the app's word for the body that is not there",
    async (method, status) => {
      const listener: Listener = (_req, res) =>
        res.writeHead(status, { 'Content-Length': '12345' }).end()
      expect(lengthIn(await resultOf(listener, mode, method))).toBe('12345')
    },
  )

  it('is not there with 204', async () => {
    const listener: Listener = (_req, res) => res.writeHead(204, { 'Content-Length': '0' }).end()
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      expect(lengthIn(await resultOf(listener, mode, method))).toBe(undefined)
    }
  })
})

describe.each(MODES)('a response without body in %s-value mode', (mode) => {
  it.each([
    ['GET', 204],
    ['GET', 304],
    ['HEAD', 200],
    ['HEAD', 500],
    ['HEAD', 204],
  ])('to %s with %i has an empty body that is not base64', async (method, status) => {
    const listener: Listener = (_req, res) => {
      res.writeHead(status, { 'Content-Encoding': 'gzip', 'Content-Type': 'image/png' })
      res.write(Buffer.of(0x1f, 0x8b, 0xff))
      res.end('ignored')
    }
    const result = await resultOf(listener, mode, method)
    expect([result.statusCode, result.body, result.isBase64Encoded]).toEqual([status, '', false])
  })

  it('is not given one by a failure either, when the request is HEAD', async () => {
    const result = await resultOf(
      () => {
        throw new Error('failed')
      },
      mode,
      'HEAD',
    )
    expect([result.statusCode, result.body]).toEqual([500, ''])
  })
})

describe.each(MODES)('a status that no ALB takes, in %s-value mode', (mode) => {
  it.each([100, 199, 600, 999])('is logged with what it is: %i', async (statusCode) => {
    const log = collectLog()
    const handler = createHandler(
      (_req, res) => {
        res.statusCode = statusCode
        res.end('x')
      },
      { logger: log },
    )
    const event = createAlbEvent({ mode, url: '/odd?q=1' })
    const result = await handler(event, createLambdaContext())
    expect(result.statusCode).toBe(statusCode)
    expect(log.entries).toEqual([
      expect.objectContaining({
        code: 'odd-status',
        level: 'error',
        path: '/odd',
        error: String(statusCode),
      }),
    ])
  })

  it.each([200, 599])('is not %i', async (statusCode) => {
    const log = collectLog()
    const handler = createHandler((_req, res) => void res.writeHead(statusCode).end(), {
      logger: log,
    })
    await handler(createAlbEvent({ mode }), createLambdaContext())
    expect(log.codes).toEqual([])
  })
})
