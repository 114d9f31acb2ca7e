import { Buffer } from 'node:buffer'
import { setTimeout as delay } from 'node:timers/promises'
import { brotliDecompressSync } from 'node:zlib'
import {
  createHandler,
  getInvocation,
  type AppResponse,
  type HandlerOptions,
  type Invocation,
} from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { CODES, collectLog } from '../../helpers/collected-log.js'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

const MB = 1_048_576
const TEXT = 'The quick brown fox.\n'.repeat(60_000)
const LARGE = Buffer.from(TEXT)
const DEADLINE_MS = 5_000

const large: Listener = (_req, res) => {
  res.writeHead(201, 'Made', { 'Content-Type': 'text/plain', ETag: '"e"' }).end(LARGE)
}

const redirect: AppResponse = {
  statusCode: 303,
  headers: { location: 'https://bucket.example/key?sig=a%2Fb' },
  body: '',
}

type Hook = Extract<HandlerOptions['oversize'], (...args: never[]) => unknown>

/** Ways to give an answer. */
const GIVING: readonly (readonly [
  title: string,
  give: (response: AppResponse) => ReturnType<Hook>,
])[] = [
  ['at once', (response) => response],
  ['in a promise', (response) => Promise.resolve(response)],
  [
    'later',
    async (response) => {
      await delay(3)
      return response
    },
  ],
]

describe.each(MODES)('an oversize hook in %s-value mode', (mode) => {
  it.each(GIVING)('answers in place of the app when it returns %s', async (_title, give) => {
    const { status, headers, body, log } = await throughAdapter(large, {}, mode, {
      oversize: () => give(redirect),
    })
    expect(status).toBe(303)
    expect(headers['location']).toBe('https://bucket.example/key?sig=a%2Fb')
    expect(headers['content-type']).toBe(undefined)
    expect(body).toHaveLength(0)
    expect(log.codes).toEqual([])
  })

  it('may give every part of a response', async () => {
    const { status, statusText, headers, body } = await throughAdapter(large, {}, mode, {
      oversize: () => ({
        statusCode: 202,
        statusMessage: 'Kept For You',
        headers: { 'content-type': 'image/png', vary: ['a', 'b'], 'set-cookie': ['c=3', 'd=4'] },
        body: Buffer.of(0xff, 0x00),
      }),
    })
    expect([status, statusText]).toEqual([202, 'Kept For You'])
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      vary: 'a, b',
      'set-cookie': ['c=3', 'd=4'],
    })
    expect([...body]).toEqual([0xff, 0x00])
  })

  it.each(GIVING)(
    'that gives nothing leaves a client with gzip a compressed response: %s',
    async (_title, give) => {
      const request = { headers: { 'accept-encoding': 'br' } }
      const { status, headers, body } = await throughAdapter(large, request, mode, {
        oversize: () => give(undefined as unknown as AppResponse),
      })
      expect(status).toBe(201)
      expect(headers['content-encoding']).toBe('br')
      expect(brotliDecompressSync(body).equals(LARGE)).toBe(true)
    },
  )

  it('that gives nothing leaves other clients a refusal', async () => {
    const { status, log } = await throughAdapter(large, {}, mode, { oversize: () => undefined })
    expect(status).toBe(500)
    expect(log.codes).toEqual([CODES.tooLarge])
  })

  it.each<readonly [title: string, hook: Hook]>([
    [
      'throws',
      () => {
        throw new Error('no bucket')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no bucket'))],
    [
      'rejects later',
      async () => {
        await new Promise(setImmediate)
        throw new Error('no bucket')
      },
    ],
  ])('that %s brings a 500, and the log has its error', async (_title, hook) => {
    const { status, log, text } = await throughAdapter(large, {}, mode, { oversize: hook })
    expect(status).toBe(500)
    expect(text()).not.toContain('bucket')
    expect(log.codes).toEqual([CODES.hookFailed])
    expect(JSON.stringify(log.entries[0])).toContain('no bucket')
  })

  it.each<readonly [title: string, response: unknown]>([
    ['a status that is text', { ...redirect, statusCode: '303' }],
    ['a status that is no whole number', { ...redirect, statusCode: 200.5 }],
    ['a status that is an array', { ...redirect, statusCode: [200] }],
    ['a status below 200', { ...redirect, statusCode: 100 }],
    ['a status above 599', { ...redirect, statusCode: 600 }],
    ['no status', { headers: {}, body: '' }],
    ['a body that is an object', { ...redirect, body: { a: 1 } }],
    ['a body that is a number', { ...redirect, body: 5 }],
    ['a body that is null', { ...redirect, body: null }],
    ['a field without value', { ...redirect, headers: { location: undefined } }],
    ['a field with an empty name', { ...redirect, headers: { '': 'a' } }],
    ['a field with a space in its name', { ...redirect, headers: { 'a b': 'c' } }],
    ['text instead of a response', 'https://bucket.example/'],
    ['a number instead of a response', 303],
    ['true instead of a response', true],
  ])('that gives %s brings a 500, and one line in the log', async (_title, response) => {
    const { status, log, result } = await throughAdapter(large, {}, mode, {
      oversize: () => response as AppResponse,
    })
    expect(status).toBe(500)
    expect(result.statusCode).toBe(500)
    expect(log.codes).toEqual([CODES.hookFailed])
  })

  it('that gives what is too large itself is not asked again', async () => {
    let calls = 0
    const { status, log } = await throughAdapter(large, {}, mode, {
      oversize: () => {
        calls++
        return { statusCode: 200, headers: {}, body: Buffer.alloc(2 * MB, 0xff) }
      },
    })
    expect([status, calls]).toEqual([500, 1])
    expect(log.codes).toEqual([CODES.tooLarge])
  })

  it('is not asked about what fits, nor about an answer to HEAD', async () => {
    let calls = 0
    const oversize: Hook = () => {
      calls++
      return redirect
    }
    await throughAdapter((_req, res) => res.end('small'), {}, mode, { oversize })
    await throughAdapter(large, { method: 'HEAD' }, mode, { oversize })
    expect(calls).toBe(0)
  })
})

describe('what an oversize hook is given', () => {
  const repeating: Listener = (req, res) => {
    res.setHeader('Set-Cookie', ['a=1', 'b=2'])
    large(req, res)
  }

  async function given(listener: Listener = repeating): Promise<Required<AppResponse>> {
    const seen: Required<AppResponse>[] = []
    await throughAdapter(listener, {}, 'single', {
      oversize: (response) => {
        // All members are there for a hook to see.
        seen.push(response as Required<AppResponse>)
        return redirect
      },
    })
    expect(seen).toHaveLength(1)
    return seen[0] as Required<AppResponse>
  }

  it('is the whole response, names in lower case, repeated fields as arrays', async () => {
    const { statusCode, statusMessage, headers, body } = await given()
    expect([statusCode, statusMessage]).toEqual([201, 'Made'])
    expect(headers).toMatchObject({ 'content-type': 'text/plain', etag: '"e"' })
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(Buffer.isBuffer(body)).toBe(true)
    expect((body as Buffer).equals(LARGE)).toBe(true)
  })

  it('has a field named __proto__ as any other', async () => {
    const { headers } = await given((_req, res) =>
      res.writeHead(200, ['__proto__', 'a', 'X-B', 'c']).end(LARGE),
    )
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(['__proto__', 'x-b']))
  })

  it('is its own copy: the app may use its buffers again', async () => {
    const own = Buffer.from(LARGE)
    const { body } = await given((_req, res) => {
      res.end(own, () => own.fill(0))
    })
    await new Promise(setImmediate)
    expect((body as Buffer).equals(LARGE)).toBe(true)
  })

  it('comes with the invocation, which is the current one as well', async () => {
    const event = createAlbEvent({ url: '/big?a=1' })
    const context = createLambdaContext({ awsRequestId: 'request-1' })
    const seen: (Invocation | undefined)[] = []
    const handler = createHandler((req, res) => void large(req, res), {
      logger: false,
      oversize: async (_response, invocation) => {
        seen.push(invocation, getInvocation())
        await new Promise(setImmediate)
        seen.push(getInvocation())
        return redirect
      },
    })
    await handler(event, context)
    expect(seen.map((one) => one?.event)).toEqual([event, event, event])
    expect(seen.map((one) => one?.context?.awsRequestId)).toEqual(Array(3).fill('request-1'))
  })

  it('is what onResponse made of it', async () => {
    const seen: string[] = []
    const { status } = await throughAdapter(large, {}, 'single', {
      onResponse: (response) => ({ ...response, headers: { 'x-from': 'onResponse' } }),
      oversize: (response) => {
        seen.push(String(response.headers?.['x-from']))
        return redirect
      },
    })
    expect([status, ...seen]).toEqual([303, 'onResponse'])
  })

  it('is never more than 16 MB: a larger body is refused while the app writes', async () => {
    let calls = 0
    const oversize: Hook = (response) => {
      calls++
      return { ...redirect, headers: { 'x-length': String(response.body?.length) } }
    }
    const most = await throughAdapter((_req, res) => res.end(Buffer.alloc(16 * MB)), {}, 'single', {
      oversize,
    })
    expect(most.headers['x-length']).toBe(String(16 * MB))
    const more = await throughAdapter(
      (_req, res) => res.end(Buffer.alloc(16 * MB + 1)),
      {},
      'single',
      { oversize },
    )
    expect([more.status, calls]).toEqual([500, 1])
    expect(more.log.codes).toEqual([CODES.tooLarge])
  })
})

describe('an oversize hook that takes too long', () => {
  it('is cut off by the deadline with 504', async () => {
    const log = collectLog()
    const handler = createHandler((req, res) => void large(req, res), {
      logger: log,
      oversize: () => new Promise(() => {}),
    })
    const context = createLambdaContext({ timeoutMs: 60 })
    const answer = invoke(handler, createAlbEvent({ url: '/big' }), { context })
    expect((await within(DEADLINE_MS, 'answer', answer)).status).toBe(504)
    expect(log.codes).toEqual([CODES.outOfTime])
    expect(log.entries[0]?.path).toBe('/big')
  })

  it('and fails after that does no harm', async () => {
    const log = collectLog()
    let fail: (error: Error) => void = () => {}
    const handler = createHandler((req, res) => void large(req, res), {
      logger: log,
      oversize: () =>
        new Promise((_resolve, reject) => {
          fail = reject
        }),
    })
    const context = createLambdaContext({ timeoutMs: 60 })
    const answer = invoke(handler, createAlbEvent(), { context })
    expect((await within(DEADLINE_MS, 'answer', answer)).status).toBe(504)
    // An unhandled rejection would fail the run.
    fail(new Error('too late'))
    await new Promise(setImmediate)
    expect(log.codes).toContain(CODES.outOfTime)
  })
})

describe.each(EXPRESSES_IN_MODES)('under $name in $mode-value mode', ({ express, mode }) => {
  it('a hook may redirect a large download to storage', async () => {
    const stored = new Map<string, Buffer>()
    const app = express()
    app.get('/download/:id', (req, res) => {
      res.type('application/zip').send(Buffer.alloc(2 * MB, Number(req.params['id'])))
    })
    const { status, headers } = await throughAdapter(app, { url: '/download/7' }, mode, {
      oversize: (response, { event }) => {
        stored.set(event.path, response.body as Buffer)
        return {
          statusCode: 303,
          headers: { location: `https://bucket.example${event.path}` },
          body: '',
        }
      },
    })
    expect([status, headers['location']]).toEqual([303, 'https://bucket.example/download/7'])
    expect(stored.get('/download/7')?.equals(Buffer.alloc(2 * MB, 7))).toBe(true)
  })
})
