import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { createHandler, getInvocation, type AppResponse, type HandlerOptions } from 'express-alb'
import {
  createAlbEvent,
  createHealthCheckEvent,
  createLambdaContext,
  invoke,
} from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { CODES, collectLog } from '../../helpers/collected-log.js'
import { EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

const turn = (): Promise<void> => new Promise(setImmediate)

const plain: Listener = (_req, res) => res.writeHead(200, { 'X-App': '1' }).end('app')

type OnRequest = NonNullable<HandlerOptions['onRequest']>
type OnResponse = NonNullable<HandlerOptions['onResponse']>

/** Ways to fail. */
const FAILING: readonly (readonly [title: string, fail: () => never | Promise<never>])[] = [
  [
    'throws',
    () => {
      throw new Error('hook failed')
    },
  ],
  ['rejects', () => Promise.reject(new Error('hook failed'))],
  ['rejects later', () => turn().then(() => Promise.reject(new Error('hook failed')))],
]

describe.each(MODES)('onRequest in %s-value mode', (mode) => {
  it.each(FAILING)(
    'that %s brings a 500 without the app, and the log has its error',
    async (_title, fail) => {
      let calls = 0
      const { status, log, result } = await throughAdapter(
        (_req, res) => {
          calls++
          res.end()
        },
        { url: '/x' },
        mode,
        { onRequest: fail },
      )
      expect([status, calls]).toEqual([500, 0])
      expect(log.entries).toHaveLength(1)
      expect(log.entries[0]).toMatchObject({ level: 'error', path: '/x' })
      expect(JSON.stringify(log.entries[0])).toContain('hook failed')
      expect(JSON.stringify(result)).not.toContain('hook')
    },
  )

  it.each<readonly [title: string, onRequest: OnRequest]>([
    ['at once', (_req, res) => void res.writeHead(401).end('no')],
    [
      'later',
      async (_req, res) => {
        await turn()
        res.writeHead(401).end('no')
      },
    ],
  ])('that ends the response %s answers without the app', async (_title, onRequest) => {
    let calls = 0
    const { status, text, log } = await throughAdapter(() => calls++, {}, mode, { onRequest })
    expect([status, text(), calls]).toEqual([401, 'no', 0])
    expect(log.codes).toEqual([])
  })

  it.each<readonly [title: string, onRequest: OnRequest]>([
    ['the response', (_req, res) => void res.destroy()],
    ['the request', (req) => void req.destroy()],
    ['the socket', (req) => void req.socket.destroy()],
  ])('that destroys %s brings a 502 without the app', async (_title, onRequest) => {
    let calls = 0
    const { status, log } = await throughAdapter(() => calls++, {}, mode, { onRequest })
    expect([status, calls]).toEqual([502, 0])
    expect(log.codes).toEqual([CODES.disconnected])
  })

  it.each<readonly [title: string, wait: () => void | Promise<void>]>([
    ['at once', () => {}],
    ['in a promise', () => Promise.resolve()],
    ['later', turn],
  ])('that returns %s leaves the app a request with its whole body', async (_title, wait) => {
    const pairs: unknown[] = []
    const { text } = await throughAdapter(
      async (req, res) => {
        pairs.push(req, res, (req as IncomingMessage & { own?: string }).own)
        res.end(JSON.stringify(await json(req)))
      },
      { method: 'POST', body: '{"a":1}' },
      mode,
      {
        onRequest: (req, res) => {
          pairs.push(req, res)
          ;(req as IncomingMessage & { own?: string }).own = 'from the hook'
          return wait()
        },
      },
    )
    expect(text()).toBe('{"a":1}')
    expect(pairs[0]).toBe(pairs[2])
    expect(pairs[1]).toBe(pairs[3])
    expect(pairs[4]).toBe('from the hook')
  })

  it('and the app see the same invocation', async () => {
    const seen: unknown[] = []
    const event = createAlbEvent({ mode, url: '/seen' })
    const handler = createHandler(
      async (_req: IncomingMessage, res: ServerResponse) => {
        seen.push(getInvocation()?.event)
        await turn()
        seen.push(getInvocation()?.event)
        res.end()
      },
      {
        onRequest: async (_req, _res, invocation) => {
          seen.push(invocation.event, getInvocation()?.event)
          await turn()
          seen.push(getInvocation()?.event)
        },
      },
    )
    await handler(event, createLambdaContext())
    expect(seen).toEqual(Array(5).fill(event))
  })

  it('that begins a response leaves the app to end it', async () => {
    const { headers, text } = await throughAdapter((_req, res) => res.end('b'), {}, mode, {
      onRequest: (_req, res) => {
        res.setHeader('X-Hook', '1')
        res.write('a')
      },
    })
    expect([headers['x-hook'], text()]).toEqual(['1', 'ab'])
  })

  it('before an app that fails leaves the failure to be answered', async () => {
    const { status, log } = await throughAdapter(
      () => {
        throw new Error('app failed')
      },
      {},
      mode,
      { onRequest: turn },
    )
    expect(status).toBe(500)
    expect(log.codes).toEqual([CODES.appFailed])
    expect(JSON.stringify(log.entries[0])).toContain('app failed')
  })
})

describe.each(MODES)('onResponse in %s-value mode', (mode) => {
  it.each(FAILING)('that %s brings a 500, and the log has its error', async (_title, fail) => {
    const { status, log, result } = await throughAdapter(plain, { url: '/x' }, mode, {
      onResponse: fail,
    })
    expect(status).toBe(500)
    expect(log.codes).toEqual([CODES.hookFailed])
    expect(log.entries[0]).toMatchObject({ level: 'error', path: '/x' })
    expect(JSON.stringify(log.entries[0])).toContain('hook failed')
    expect(JSON.stringify(result)).not.toMatch(/hook|X-App/)
  })

  it.each<readonly [title: string, onResponse: OnResponse]>([
    ['nothing', () => {}],
    ['undefined', () => undefined],
    ['a promise of nothing', async () => {}],
    ['what it was given', (response) => response],
    ['a copy of what it was given', async (response) => ({ ...response })],
  ])('that gives %s leaves the response as it is', async (_title, onResponse) => {
    const listener: Listener = (_req, res) => {
      res.setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('Vary', ['A', 'B'])
      res
        .writeHead(418, 'Short', { 'X-App': '1', 'Content-Length': '2' })
        .end(Buffer.of(0xff, 0xfe))
    }
    const without = await throughAdapter(listener, {}, mode)
    const through = await throughAdapter(listener, {}, mode, { onResponse })
    expect([through.status, through.statusText]).toEqual([418, 'Short'])
    expect(through.headers).toEqual(without.headers)
    expect(through.body.equals(without.body)).toBe(true)
    expect(through.result.isBase64Encoded).toBe(true)
  })

  it('that leaves out the body gives none', async () => {
    const { status, body } = await throughAdapter(plain, {}, mode, {
      onResponse: () => ({ statusCode: 201 }),
    })
    expect([status, body.length]).toEqual([201, 0])
  })

  it.each([
    ['a status', { statusCode: 42 }, 'statusCode 42'],
    [
      'a line end in a value',
      { statusCode: 200, headers: { 'x-a': 'b\r\nx-c: d' } },
      'header b\r\nx-c: d',
    ],
  ])('that gives %s that cannot be sent is told in the log', async (_title, response, said) => {
    const { status, log } = await throughAdapter(plain, {}, mode, { onResponse: () => response })
    expect(status).toBe(500)
    expect(String(log.entries[0]?.error)).toContain(`RangeError: ${said}`)
  })

  it('may replace every part', async () => {
    const { status, statusText, headers, text } = await throughAdapter(plain, {}, mode, {
      onResponse: (response) => ({
        statusCode: response.statusCode + 2,
        statusMessage: 'Made Anew',
        headers: { 'x-hook': ['1', '2'] },
        body: `${String(response.body)} and hook \u00E9`,
      }),
    })
    expect([status, statusText, text()]).toEqual([202, 'Made Anew', 'app and hook \u00E9'])
    expect(headers['x-hook']).toBe('1, 2')
    expect(headers['x-app']).toBe(undefined)
  })

  it.each([
    [404, '404 Not Found'],
    [503, '503 Service Unavailable'],
    [599, '599 Unknown'],
  ])('may leave the phrase out, and gets the standard one: %i', async (statusCode, expected) => {
    for (const statusMessage of [undefined, '']) {
      const { result } = await throughAdapter(plain, {}, mode, {
        onResponse: () => ({ statusCode, ...(statusMessage === '' && { statusMessage }) }),
      })
      expect(result.statusDescription).toBe(expected)
    }
  })

  it('cannot make the result wrong by a length or a lone surrogate', async () => {
    const { result, body } = await throughAdapter(plain, {}, mode, {
      onResponse: () => ({
        statusCode: 200,
        headers: { 'content-length': '999' },
        body: 'a\uD83Db',
      }),
    })
    expect(body.toString()).toBe('a\uFFFDb')
    expect(result.isBase64Encoded).toBe(false)
    expect(JSON.stringify(result)).not.toContain('999')
  })

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('cannot give a body to an answer that has none: %s with %i', async (method, status) => {
    const { result } = await throughAdapter(
      (_req, res) => res.writeHead(status).end(),
      { method },
      mode,
      {
        onResponse: (response) => ({ ...response, body: 'smuggled' }),
      },
    )
    expect([result.statusCode, result.body]).toEqual([status, ''])
  })

  it("sees the app's own errors, and not the adapter's", async () => {
    const seen: number[] = []
    const onResponse: OnResponse = (response) => void seen.push(response.statusCode)
    await throughAdapter((_req, res) => res.writeHead(503).end(), {}, mode, { onResponse })
    await throughAdapter((_req, res) => res.destroy(), {}, mode, { onResponse })
    await throughAdapter(() => Promise.reject(new Error('app failed')), {}, mode, { onResponse })
    expect(seen).toEqual([503])
  })

  it('is called once for each response, with the invocation', async () => {
    const seen: unknown[] = []
    const handler = createHandler((req, res) => void plain(req, res), {
      onResponse: async (_response, invocation) => {
        seen.push(invocation.event, getInvocation()?.event)
        await turn()
        seen.push(getInvocation()?.event)
      },
    })
    const events = ['/1', '/2', '/3'].map((url) => createAlbEvent({ url, mode }))
    for (const event of events) await handler(event, createLambdaContext())
    expect(seen).toEqual(events.flatMap((event) => [event, event, event]))
  })

  it('sees only what it owns: the next response is not changed by what it did to the last', async () => {
    const page = Buffer.from('constant')
    const onResponse: OnResponse = (response) => {
      ;(response.body as Buffer).fill('x')
    }
    const first = await throughAdapter((_req, res) => res.end(page), {}, mode, { onResponse })
    const second = await throughAdapter((_req, res) => res.end(page), {}, mode)
    expect([first.status, second.text()]).toEqual([200, 'constant'])
  })
})

describe('hooks', () => {
  it('are not asked about health checks that the handler answers', async () => {
    const calls: string[] = []
    const handler = createHandler((req, res) => void plain(req, res), {
      healthCheck: 'answer',
      onRequest: () => void calls.push('onRequest'),
      onResponse: () => void calls.push('onResponse'),
    })
    expect((await invoke(handler, createHealthCheckEvent())).status).toBe(200)
    expect(calls).toEqual([])
  })

  it('keep concurrent invocations apart', async () => {
    const log = collectLog()
    const handler = createHandler(
      async (req: IncomingMessage, res: ServerResponse) => {
        await turn()
        res.end(req.url)
      },
      {
        logger: log,
        onRequest: async (req, res) => {
          await turn()
          res.setHeader('X-Seen', String(req.url))
        },
        onResponse: async (response): Promise<AppResponse> => {
          await turn()
          return {
            ...response,
            body: `${String(response.body)} ${String(getInvocation()?.event.path)}`,
          }
        },
      },
    )
    const urls = Array.from({ length: 30 }, (_, i) => `/${i}`)
    const answers = await Promise.all(urls.map((url) => invoke(handler, createAlbEvent({ url }))))
    expect(answers.map((answer) => answer.text())).toEqual(urls.map((url) => `${url} ${url}`))
    expect(answers.map((answer) => answer.headers['x-seen'])).toEqual(urls)
    expect(log.codes).toEqual([])
  })
})

describe.each(EXPRESSES_IN_MODES)('hooks around $name in $mode-value mode', ({ express, mode }) => {
  it('see the objects that Express sees, and its finished response', async () => {
    const app = express()
    app.get('/:id', (req, res) => {
      res.json({ id: req.params['id'], own: (req as unknown as { own: string }).own })
    })
    const { json: body, headers } = await throughAdapter(app, { url: '/7' }, mode, {
      onRequest: (req) => void Object.assign(req, { own: 'from the hook' }),
      onResponse: (response) => ({
        ...response,
        headers: { ...response.headers, 'x-length': String(response.body?.length) },
      }),
    })
    expect(body()).toEqual({ id: '7', own: 'from the hook' })
    expect(headers['x-length']).toBe(String(JSON.stringify(body()).length))
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
  })
})
