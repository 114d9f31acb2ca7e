import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AlbEvent, AlbHandler, AlbResult } from 'express-alb'
import { createFront } from '../../packages/examples/hello/front.js'
import { handler } from '../../packages/examples/hello/lambda.js'
import { buildAdapter, buildExample } from '../../scripts/build.mjs'
import { within } from '../helpers/deadline.js'

const BUILD_DEADLINE_MS = 60_000
const START_DEADLINE_MS = 5_000
const END_DEADLINE_MS = 2_000

/** Made by each server for its own connections. */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'date'])

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return urlOf(server)
}

const urlOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

function close(server: Server): void {
  server.close()
  server.closeAllConnections()
}

interface Answer {
  readonly status: number
  readonly statusText: string
  readonly fields: readonly (readonly [string, string])[]
  readonly body: Buffer
}

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init)
  return {
    status: response.status,
    statusText: response.statusText,
    fields: [...response.headers].filter(([name]) => !CONNECTION_FIELDS.has(name)),
    body: Buffer.from(await response.arrayBuffer()),
  }
}

const jsonOf = ({ body }: Answer): unknown => JSON.parse(body.toString())

describe('the hello example', () => {
  let server: Server
  const front = createFront(handler)
  let direct: string
  let throughAlb: string

  beforeAll(async () => {
    vi.stubEnv('PORT', '0')
    vi.spyOn(console, 'log').mockReturnValue()
    ;({ server } = await import('../../packages/examples/hello/server.js'))
    if (!server.listening) await once(server, 'listening')
    direct = urlOf(server)
    throughAlb = await listen(front)
  })

  afterAll(() => {
    close(server)
    close(front)
  })

  const json = { 'content-type': 'application/json' }

  it.each<[string, RequestInit]>([
    ['/', {}],
    ['/', { method: 'HEAD' }],
    ['/', { headers: { 'if-none-match': '*' } }],
    ['/cookies', {}],
    ['/pixel.png', {}],
    ['/echo', {}],
    ['/echo?a=b+c&q=100%', {}],
    ['/echo?a=1&a=2&a=%2F', {}],
    ['/echo', { method: 'POST', headers: json, body: '{"text":"é","list":[1,2]}' }],
    ['/echo', { method: 'POST', headers: json, body: '' }],
    ['/echo', { method: 'DELETE' }],
    ['/nowhere', {}],
    ['//nowhere', {}],
  ])('answers %s %o alike on both roads', async (path, init) => {
    expect(await ask(throughAlb + path, init)).toEqual(await ask(direct + path, init))
  })

  it('answers a body that is not JSON with 400 on both roads', async () => {
    const init = { method: 'POST', headers: json, body: '{' }
    expect((await ask(`${throughAlb}/echo`, init)).status).toBe(400)
    expect((await ask(`${direct}/echo`, init)).status).toBe(400)
  })

  it('answers a chunked upload alike on both roads', async () => {
    const init = (): RequestInit => ({
      method: 'POST',
      headers: json,
      body: new Blob(['{"a":', '1}']).stream(),
      duplex: 'half',
    })
    const answer = await ask(`${throughAlb}/echo`, init())
    expect(answer).toEqual(await ask(`${direct}/echo`, init()))
    expect(jsonOf(answer)).toMatchObject({ body: { a: 1 } })
  })

  it('sets three cookies in their order', async () => {
    const { fields } = await ask(`${throughAlb}/cookies`)
    const cookies = fields.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
    expect(cookies.map((cookie) => cookie.slice(0, cookie.indexOf('=')))).toEqual([
      'first',
      'second',
      'third',
    ])
  })

  it('sends a real picture', async () => {
    const { body } = await ask(`${throughAlb}/pixel.png`)
    expect(body.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
    expect(body.subarray(-8, -4).toString()).toBe('IEND')
  })

  it('gives a query by names in order, its values byte for byte', async () => {
    const answer = await ask(`${throughAlb}/echo?q=100%&a=b+c`)
    expect(jsonOf(answer)).toMatchObject({
      url: '/echo?a=b+c&q=100%',
      query: { q: '100%', a: 'b c' },
    })
  })

  it('tells the same client in both places, whatever the client claims', async () => {
    const init = { headers: { 'x-forwarded-for': '203.0.113.9' } }
    const same = { protocol: 'http', hostname: '127.0.0.1' }
    expect(jsonOf(await ask(`${throughAlb}/whoami`, init))).toEqual({
      ...same,
      ip: '127.0.0.1',
      ips: ['127.0.0.1'],
      peer: '10.0.0.2',
    })
    expect(jsonOf(await ask(`${direct}/whoami`, init))).toEqual({
      ...same,
      ip: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/) as unknown,
      ips: [],
      peer: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/) as unknown,
    })
  })

  describe('as npm start runs it', () => {
    beforeAll(async () => {
      await buildAdapter()
      await buildExample('hello')
    }, BUILD_DEADLINE_MS)

    it.each(['SIGINT', 'SIGTERM'] as const)(
      'prints two URLs that answer, and ends cleanly on %s',
      async (signal) => {
        const file = fileURLToPath(
          new URL('../../packages/examples/hello/dist/start.js', import.meta.url),
        )
        const child = spawn(process.execPath, [file], {
          env: { ...process.env, PORT: '0' },
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        onTestFinished(() => {
          child.kill('SIGKILL')
        })
        const urls: string[] = []
        const printed = (async () => {
          for await (const line of createInterface(child.stdout)) {
            const [url] = /http:\/\/localhost:\d+$/.exec(line) ?? []
            if (url !== undefined) urls.push(url)
            if (line.includes('Ctrl-C')) return
          }
        })()
        await within(START_DEADLINE_MS, 'URLs', printed)
        expect(urls).toHaveLength(2)
        for (const url of urls) expect((await ask(url)).body.toString()).toBe('Hello')

        const exit = once(child, 'exit')
        child.kill(signal)
        expect(await within(END_DEADLINE_MS, 'end', exit)).toEqual([0, null])
      },
    )
  })
})

describe("the example's front", () => {
  const OK: AlbResult = {
    statusCode: 200,
    statusDescription: '200 OK',
    multiValueHeaders: {},
    body: '',
    isBase64Encoded: false,
  }

  /** A front before a handler that notes its events and returns `result`. */
  async function frontBefore(result: unknown = OK): Promise<{ url: string; events: AlbEvent[] }> {
    const events: AlbEvent[] = []
    const front = createFront(async (event) => {
      events.push(event)
      // What comes back need not be a result.
      return result as AlbResult
    })
    onTestFinished(() => {
      close(front)
    })
    return { url: await listen(front), events }
  }

  it.each([
    ['application/json; charset=utf-8', {}, '{}', '{}', false],
    ['text/plain', {}, 'é', 'é', false],
    ['text/plain', { 'content-encoding': 'gzip' }, 'x', 'eA==', true],
    ['text/plain', {}, Buffer.from([0xff]), '/w==', true],
    ['application/octet-stream', {}, 'x', 'eA==', true],
    ['application/jsonp', {}, 'x', 'eA==', true],
    ['text/plain', {}, '', '', false],
  ])('puts a body of type %s %o as an ALB does', async (type, headers, sent, body, encoded) => {
    const { url, events } = await frontBefore()
    await ask(url, { method: 'POST', headers: { 'content-type': type, ...headers }, body: sent })
    expect(events).toMatchObject([{ body, isBase64Encoded: encoded }])
  })

  it('lower-cases names, keeps repeated fields and UTF-8, and adds its own behind claims', async () => {
    const { url, events } = await frontBefore()
    const { port } = new URL(url)
    const sent = request(url, {
      headers: [
        ['Host', 'example.com'],
        ['X-Twice', 'b'],
        ['X-Twice', 'a'],
        ['X-Name', Buffer.from('José').toString('latin1')],
        ['X-Forwarded-For', '203.0.113.9'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Amzn-Trace-Id', 'Root=1'],
      ].flat(),
    }).end()
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream]
    response.resume()
    expect(events[0]?.multiValueHeaders).toMatchObject({
      host: ['example.com'],
      'x-amzn-trace-id': ['Root=1'],
      'x-forwarded-for': ['203.0.113.9, 127.0.0.1'],
      'x-forwarded-port': [port],
      'x-forwarded-proto': ['http'],
      'x-name': ['José'],
      'x-twice': ['b', 'a'],
    })
  })

  it('splits a query without decoding it', async () => {
    const { url, events } = await frontBefore()
    await ask(`${url}/a%2Fb?q=100%&a=b+c&__proto__=1&&lone&a=x=y`)
    expect(events[0]?.path).toBe('/a%2Fb')
    expect(Object.entries(events[0]?.multiValueQueryStringParameters ?? {})).toEqual([
      ['__proto__', ['1']],
      ['a', ['b+c', 'x=y']],
      ['lone', ['']],
      ['q', ['100%']],
    ])
  })

  it('answers a body of more than 1 MB with 413, without the function', async () => {
    const { url, events } = await frontBefore()
    const init = (size: number): RequestInit => ({ method: 'POST', body: new Uint8Array(size) })
    expect((await ask(url, init(1_048_577))).status).toBe(413)
    expect(events).toEqual([])
    expect((await ask(url, init(1_048_576))).status).toBe(200)
  })

  it('writes header values as UTF-8 bytes, and counts the body itself', async () => {
    const multiValueHeaders = { 'x-name': ['José'], 'content-length': ['1'] }
    const { url } = await frontBefore({ ...OK, multiValueHeaders, body: 'é' })
    expect(await ask(url)).toMatchObject({
      body: Buffer.from('é'),
      fields: [
        ['content-length', '2'],
        ['x-name', Buffer.from('José').toString('latin1')],
      ],
    })
  })

  const failing: AlbHandler = async () => {
    throw new Error('no app')
  }

  it.each<[string, AlbHandler]>([
    ['fails', failing],
    ['returns nothing', async () => undefined as never],
    [
      'returns a header no response can have',
      async () => ({ ...OK, multiValueHeaders: { etag: ['"1"'], 'a b': ['x'] } }),
    ],
  ])('answers 502 when the handler %s, with the reason on the console', async (_how, broken) => {
    const report = vi.spyOn(console, 'error').mockReturnValue()
    const front = createFront(broken)
    onTestFinished(() => {
      close(front)
    })
    const answer = await ask(`${await listen(front)}/x?y=1`)
    expect(answer).toMatchObject({ status: 502, statusText: 'Bad Gateway' })
    expect(answer.fields.map(([name]) => name)).toEqual(['content-type', 'transfer-encoding'])
    expect(report).toHaveBeenCalledExactlyOnceWith('502 for GET /x?y=1:', expect.any(Error))
  })
})
