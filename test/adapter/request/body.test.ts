import { gzipSync } from 'node:zlib'
import busboy from 'busboy'
import bodyParser from 'body-parser'
import connect from 'connect'
import fc from 'fast-check'
import Koa from 'koa'
import multer from 'multer'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { createHandler, type AlbEvent } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke, type AlbEventInit } from 'express-alb/testing'
import { EXPRESSES, EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { lookBothWays, lookOnTarget, lookThroughAdapter } from '../../helpers/two-ways.js'

async function read(req: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of req) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

const bodyOf = (event: AlbEvent): Promise<Buffer> => lookThroughAdapter(event, read)

const lengthOf = (event: AlbEvent): Promise<unknown> =>
  lookThroughAdapter(event, (req) => req.headers['content-length'])

/** The event of an upload whose client sent chunks: no length and no coding come out of the load balancer. */
function chunkedUpload(init: AlbEventInit): AlbEvent {
  const event = createAlbEvent({ method: 'POST', ...init })
  const { 'content-length': _one, ...headers } = event.headers ?? {}
  const { 'content-length': _many, ...multiValueHeaders } = event.multiValueHeaders ?? {}
  return event.headers ? { ...event, headers } : { ...event, multiValueHeaders }
}

const answerEmpty: RequestListener = (_req, res) => {
  res.end()
}

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

describe.each(MODES)('the body in %s-value mode', (mode) => {
  it.each([
    ['every byte', EVERY_BYTE, 'application/octet-stream'],
    ['bytes without a type', EVERY_BYTE, undefined],
    ['one zero byte', Buffer.from([0]), undefined],
    ['text with characters of one to four bytes', Buffer.from('aé€😀\r\n'), 'text/plain'],
    ['JSON', Buffer.from('{"n":"é"}'), 'application/json; charset=utf-8'],
    ['a form', Buffer.from('a=1&b=%20+'), 'application/x-www-form-urlencoded'],
    ['JSON of another name', Buffer.from('{"a":1}'), 'application/vnd.api+json'],
    ['a byte order mark', Buffer.from('\ufeff{}'), 'text/plain'],
    ['512 KB', Buffer.alloc(512 * 1024, EVERY_BYTE), 'image/png'],
  ])('reaches the app byte for byte: %s', async (_name, body, type) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    const seen = await bodyOf(createAlbEvent({ mode, method: 'POST', headers, body }))
    expect(seen.equals(body)).toBe(true)
  })

  it('reaches the app with GET and DELETE as well', async () => {
    for (const method of ['GET', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']) {
      expect(await bodyOf(createAlbEvent({ mode, method, body: 'x' }))).toEqual(Buffer.from('x'))
    }
  })

  it('is empty when the event has an empty one in base64', async () => {
    const event = { ...createAlbEvent({ mode, method: 'POST' }), body: '', isBase64Encoded: true }
    expect(await bodyOf(event)).toEqual(Buffer.alloc(0))
  })

  it('holds any bytes that an event can hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        const event = createAlbEvent({ mode, method: 'PUT', body: bytes })
        expect(await bodyOf(event)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('holds any text that an event can hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const event = { ...createAlbEvent({ mode }), body: text, isBase64Encoded: false }
        expect((await bodyOf(event)).toString()).toBe(text)
      }),
    )
  })

  describe('content-length', () => {
    it('is what the client sent, a string', async () => {
      expect(await lengthOf(createAlbEvent({ mode, method: 'POST', body: 'héllo' }))).toBe('6')
    })

    it.each(['POST', 'PUT', 'PATCH', 'GET', 'DELETE', 'QUERY'])(
      'is supplied for the %s of a client that sent chunks',
      async (method) => {
        expect(await lengthOf(chunkedUpload({ mode, method, body: 'héllo' }))).toBe('6')
      },
    )

    it('is supplied in rawHeaders and headersDistinct as well', async () => {
      const seen = await lookThroughAdapter(chunkedUpload({ mode, body: 'hello' }), (req) => ({
        raw: req.rawHeaders.slice(req.rawHeaders.findIndex((one) => /content-length/i.test(one))),
        distinct: req.headersDistinct['content-length'],
      }))
      expect(seen).toEqual({ raw: ['content-length', '5'], distinct: ['5'] })
    })

    it.each(['POST', 'PUT', 'PATCH'])('is "0" for %s without a body', async (method) => {
      expect(await lengthOf(createAlbEvent({ mode, method }))).toBe('0')
    })

    it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PROPFIND', 'post', 'XPOST', 'PUTS'])(
      'is not invented for %s without a body',
      async (method) => {
        const seen = await lookThroughAdapter(createAlbEvent({ mode, method }), (req) => [
          'content-length' in req.headers,
          'content-length' in req.headersDistinct,
          req.rawHeaders.filter((one) => /content-length/i.test(one)),
        ])
        expect(seen).toEqual([false, false, []])
      },
    )

    it('is left as it is on a GET whose client sent "0"', async () => {
      const event = createAlbEvent({ mode, headers: { 'content-length': '0' } })
      expect(await lengthOf(event)).toBe('0')
    })

    it('is supplied beside fields that only name it, or a coding', async () => {
      const headers = { 'x-first': 'content-length', 'x-second': 'transfer-encoding' }
      const event = { httpMethod: 'POST', path: '/', headers, body: 'hello' }
      expect(await lookThroughAdapter(event, (req) => req.rawHeaders)).toEqual([
        'x-first',
        'content-length',
        'x-second',
        'transfer-encoding',
        'content-length',
        '5',
      ])
    })

    it('is "0" on a GET that announces a body and brings none', async () => {
      const event = createAlbEvent({ mode, headers: { 'content-length': '7' } })
      expect(await lengthOf(event)).toBe('0')
      const only = { 'content-length': '7' }
      expect(await lengthOf({ httpMethod: 'GET', path: '/', headers: only })).toBe('0')
    })

    it('is the number of bytes there are, whatever the event says', async () => {
      for (const wrong of ['3', '99', 'x', '']) {
        const event = createAlbEvent({
          mode,
          method: 'POST',
          body: 'hello',
          headers: { 'content-length': wrong },
        })
        const seen = await lookThroughAdapter(event, async (req) => [
          req.headers['content-length'],
          req.headersDistinct['content-length'],
          (await read(req)).toString(),
        ])
        expect(seen).toEqual(['5', ['5'], 'hello'])
      }
    })
  })

  describe('transfer-encoding', () => {
    it('is kept, and no length stands beside it', async () => {
      const event = chunkedUpload({ mode, body: 'x', headers: { 'transfer-encoding': 'chunked' } })
      const seen = await lookThroughAdapter(event, async (req) => [
        req.headers['transfer-encoding'],
        req.headers['content-length'],
        (await read(req)).toString(),
      ])
      expect(seen).toEqual(['chunked', undefined, 'x'])
    })

    it('is kept as the only header, too', async () => {
      const headers = { 'transfer-encoding': 'chunked' }
      const event = { httpMethod: 'POST', path: '/', headers, body: 'x' }
      expect(await lookThroughAdapter(event, (req) => req.rawHeaders)).toEqual([
        'transfer-encoding',
        'chunked',
      ])
    })

    it('does not let the headers contradict each other beside a wrong length', async () => {
      const event = createAlbEvent({
        mode,
        method: 'POST',
        body: 'hello world',
        headers: { 'transfer-encoding': 'chunked', 'content-length': '5' },
      })
      const { headers, distinct } = await lookThroughAdapter(event, (req) => ({
        headers: req.headers['content-length'],
        distinct: req.headersDistinct['content-length']?.[0],
      }))
      expect(headers).toBe(distinct)
    })
  })
})

describe('the body of events written by hand', () => {
  const event: AlbEvent = { httpMethod: 'POST', path: '/' }

  it.each([undefined, null, ''])('is empty when event.body is %j', async (body) => {
    expect(await bodyOf(body === undefined ? event : { ...event, body })).toEqual(Buffer.alloc(0))
  })

  it('has a length however Content-Length is spelled', async () => {
    const seen = await lookThroughAdapter(
      { ...event, body: 'hello', headers: { 'Content-Length': '3' } },
      (req) => [req.headers['content-length'], req.headersDistinct['content-length']],
    )
    expect(seen).toEqual(['5', ['5']])
  })

  it.each([
    ['3', ['Content-Length', '3']],
    ['4', ['content-length', '3']],
  ])('has rawHeaders as they came, or with the right length: %s', async (announced, line) => {
    const rawHeaders = await lookThroughAdapter(
      {
        httpMethod: 'POST',
        path: '/',
        headers: { Host: 'a', 'Content-Length': announced },
        body: 'abc',
      },
      (req) => req.rawHeaders,
    )
    expect(rawHeaders).toEqual(['Host', 'a', ...line])
  })

  it('is text when isBase64Encoded is missing', async () => {
    expect(await bodyOf({ ...event, body: 'aGk=' })).toEqual(Buffer.from('aGk='))
  })

  it.each([
    ['padded', 'aGVsbG8gd29ybGQ='],
    ['without padding', 'aGVsbG8gd29ybGQ'],
    ['in lines', 'aGVsbG8g\r\nd29ybGQ=\r\n'],
  ])('is decoded from base64 %s', async (_name, body) => {
    expect((await bodyOf({ ...event, body, isBase64Encoded: true })).toString()).toBe('hello world')
  })

  it('is decoded from the URL alphabet of base64', async () => {
    expect(await bodyOf({ ...event, body: '-_-_', isBase64Encoded: true })).toEqual(
      Buffer.from([0xfb, 0xff, 0xbf]),
    )
  })

  const refused = (body: unknown, isBase64Encoded: unknown): Promise<unknown> =>
    expect(
      createHandler(answerEmpty)({ ...event, body, isBase64Encoded } as AlbEvent),
    ).rejects.toMatchObject({
      code: 'INVALID_EVENT',
      message: expect.stringContaining('event.body'),
    })

  it.each(['é', '{"a":1}', 'aGk=aGk=', 'aGVsbG8!', 'abcd!', '!', 'a', 'abcde'])(
    'is refused when it is %j and marked as base64, with what it must be',
    async (body) => {
      await refused(body, true)
      await expect(
        createHandler(answerEmpty)({ ...event, body, isBase64Encoded: true }),
      ).rejects.toThrow(/; it must be base64\.$/)
    },
  )

  it('is never decoded to other bytes than the base64 stands for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'aB9+/-_=! é'.split('')), maxLength: 9 }),
        async (body) => {
          // A refusal is right as well; which texts are refused is said above.
          const bytes = await bodyOf({ ...event, body, isBase64Encoded: true }).catch(
            () => undefined,
          )
          const canonical = body.replaceAll(' ', '').replaceAll('-', '+').replaceAll('_', '/')
          const written = bytes?.toString('base64').replaceAll('=', '') ?? ''
          const bare = bytes === undefined ? '' : canonical.replace(/=+$/, '')
          // The last character may carry bits that stand for nothing.
          expect(written.slice(0, -1)).toBe(bare.slice(0, -1))
          expect(written).toHaveLength(bare.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([[{ a: 1 }], [['x']], [1], [true]])(
    'is refused when it is %j, not a string',
    async (body) => {
      await refused(body, false)
    },
  )

  it.each(['true', 1, null, {}])('is refused when isBase64Encoded is %j', async (flag) => {
    await expect(
      createHandler(answerEmpty)({ ...event, body: 'aGk=', isBase64Encoded: flag } as AlbEvent),
    ).rejects.toMatchObject({
      code: 'INVALID_EVENT',
      message: expect.stringContaining('event.isBase64Encoded'),
    })
  })
})

type ParsedInit = Omit<AlbEventInit, 'headers'> & { readonly headers?: Record<string, string> }

/** A multipart form with one field and one file of every byte. */
const BOUNDARY = 'form-boundary'
const MULTIPART = Buffer.concat([
  Buffer.from(
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="title"\r\n\r\nÄ title\r\n` +
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="all.bin"\r\n` +
      'content-type: application/octet-stream\r\n\r\n',
  ),
  EVERY_BYTE,
  Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
])
const MULTIPART_TYPE = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }

describe.each(EXPRESSES_IN_MODES)('$name in $mode-value mode', ({ express, mode }) => {
  const around =
    (...handlers: RequestHandler[]) =>
    (last: RequestListener): RequestListener =>
      express().use(...handlers, last)

  it('finds req.body not yet set', async () => {
    const { adapter, target } = await lookBothWays(
      createAlbEvent({ mode, method: 'POST', body: { a: 1 } }),
      (req) => [(req as Request).body as unknown, Object.hasOwn(req, 'body')],
      { around: around() },
    )
    expect(adapter).toEqual(target)
  })

  const PARSED: [string, RequestHandler, ParsedInit][] = [
    ['JSON', express.json(), { body: { n: 'é', list: [1] } }],
    [
      'JSON in gzip',
      express.json(),
      {
        body: gzipSync('{"a":"é"}'),
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      },
    ],
    [
      'JSON of another name',
      express.json({ type: '*/*' }),
      { body: '{"a":1}', headers: { 'content-type': 'application/vnd.api+json' } },
    ],
    [
      'a form',
      express.urlencoded({ extended: true }),
      {
        body: 'a[b]=1&c=x+y%20z&c=%C3%A9',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
    ['text', express.text(), { body: 'é€😀', headers: { 'content-type': 'text/plain' } }],
    [
      'text in Latin-1',
      express.text(),
      {
        body: Buffer.from('é', 'latin1'),
        headers: { 'content-type': 'text/plain; charset=latin1' },
      },
    ],
    ['bytes', express.raw({ type: () => true }), { body: EVERY_BYTE }],
    ['a form with a file (multer)', multer().any(), { body: MULTIPART, headers: MULTIPART_TYPE }],
    [
      'nothing where JSON is expected',
      express.json(),
      { headers: { 'content-type': 'application/json' } },
    ],
    ['nothing where bytes are expected', express.raw({ type: () => true }), {}],
  ]

  const result = (message: IncomingMessage): unknown => {
    const req = message as Request & { files?: { fieldname: string; buffer: Buffer }[] }
    const files = req.files?.map(({ fieldname, buffer }) => [fieldname, buffer])
    return { body: req.body as unknown, files }
  }

  it.each(PARSED)('parses %s as on a real server', async (_name, parser, init) => {
    // A client sends content-length: 0 with such a POST; where it does not, the adapter adds it.
    const length = init.body === undefined ? { 'content-length': '0' } : {}
    const event = createAlbEvent({
      mode,
      method: 'POST',
      ...init,
      headers: { ...init.headers, ...length },
    })
    // ALBs send Latin-1 text in base64 only under another type; on EC2 the bytes are what they are.
    const base64 = Buffer.isBuffer(init.body)
      ? { body: init.body.toString('base64'), isBase64Encoded: true }
      : {}
    const { adapter, target } = await lookBothWays({ ...event, ...base64 }, result, {
      around: around(parser),
    })
    expect(adapter).toEqual(target)
  })

  it.each(PARSED.filter(([, , init]) => init.body !== undefined))(
    'parses %s that came in chunks as on a real server',
    async (_name, parser, init) => {
      const base64 = Buffer.isBuffer(init.body)
        ? { body: init.body.toString('base64'), isBase64Encoded: true }
        : {}
      const { adapter, target } = await lookBothWays(
        { ...chunkedUpload({ mode, ...init }), ...base64 },
        result,
        { around: around(parser) },
      )
      expect(adapter).toEqual(target)
    },
  )

  it('parses with body-parser behind an asynchronous middleware', async () => {
    const slow: RequestHandler = (_req, _res, next) => {
      setTimeout(next, 5)
    }
    expect(
      await lookThroughAdapter(
        createAlbEvent({ mode, method: 'POST', body: { a: 1 } }),
        (req) => (req as Request).body as unknown,
        { around: around(slow, bodyParser.json()) },
      ),
    ).toEqual({ a: 1 })
  })

  it('hands a form with a file to busboy', async () => {
    const look = (req: IncomingMessage): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const parts: unknown[] = []
        const parser = busboy({ headers: req.headers })
        parser.on('field', (name, value) => parts.push([name, value]))
        parser.on('file', (name, stream, { filename }) => {
          const pieces: Buffer[] = []
          stream.on('data', (piece: Buffer) => pieces.push(piece))
          stream.on('end', () => parts.push([name, filename, Buffer.concat(pieces)]))
        })
        parser.on('close', () => {
          resolve(parts)
        })
        parser.on('error', reject)
        req.pipe(parser)
      })
    const init = { mode, method: 'POST', body: MULTIPART, headers: MULTIPART_TYPE }
    const expected = [
      ['title', 'Ä title'],
      ['file', 'all.bin', EVERY_BYTE],
    ]
    expect(await lookThroughAdapter(createAlbEvent(init), look, { around: around() })).toEqual(
      expected,
    )
    expect(await lookThroughAdapter(chunkedUpload(init), look, { around: around() })).toEqual(
      expected,
    )
  })

  it.each([
    ['malformed JSON', express.json(), '{"a":', 400],
    ['a body over the limit', express.json({ limit: 10 }), JSON.stringify({ a: 'too long' }), 413],
    [
      'a verifier that refuses',
      express.json({
        verify: () => {
          throw new Error('no')
        },
      }),
      '{}',
      403,
    ],
  ] as [string, RequestHandler, string, number][])(
    'answers %s as the parser wants it',
    async (_name, parser, body, status) => {
      const app = express().set('env', 'test').use(parser)
      const headers = { 'content-type': 'application/json' }
      const event = createAlbEvent({ mode, method: 'POST', headers, body })
      expect((await invoke(createHandler(app, { logger: false }), event)).status).toBe(status)
    },
  )
})

describe('other frameworks', () => {
  it.each(MODES)('let Connect parse a chunked upload in %s-value mode', async (mode) => {
    const body = await lookThroughAdapter(
      chunkedUpload({ mode, body: { a: 1 } }),
      (req) => (req as Request).body as unknown,
      { around: (last) => connect().use(bodyParser.json()).use(last) },
    )
    expect(body).toEqual({ a: 1 })
  })

  it.each(MODES)('let Koa read a chunked upload in %s-value mode', async (mode) => {
    const app = new Koa()
    app.use(async (ctx) => {
      ctx.body = {
        length: ctx.request.length,
        is: ctx.is('json'),
        body: (await read(ctx.req)).toString(),
      }
    })
    const handler = createHandler((req, res) => void app.callback()(req, res))
    const response = await invoke(handler, chunkedUpload({ mode, body: { a: 'é' } }))
    expect(response.json()).toEqual({ length: 10, is: 'json', body: '{"a":"é"}' })
  })
})

describe.each(EXPRESSES)('$name', ({ express }) => {
  it('sees no body on a GET: type-is says so, and express.raw() leaves req.body alone', async () => {
    const look = (req: IncomingMessage): unknown => [
      (req as Request).is('*/*'),
      Buffer.isBuffer((req as Request).body),
    ]
    const options = {
      around: (last: RequestListener) =>
        express()
          .use(express.raw({ type: () => true }))
          .use(last),
    }
    const event = createAlbEvent()
    expect(await lookThroughAdapter(event, look, options)).toEqual(
      await lookOnTarget(event, look, options),
    )
  })

  it('gets each invocation its own body', async () => {
    const app = express()
      .use(express.text())
      .post('/', (req, res) => {
        setTimeout(() => res.send(req.body), 2)
      })
    const handler = createHandler(app)
    const bodies = Array.from({ length: 20 }, (_, index) => `body ${index}`)
    const headers = { 'content-type': 'text/plain' }
    const answers = await Promise.all(
      bodies.map((body) =>
        handler(createAlbEvent({ method: 'POST', headers, body }), createLambdaContext()),
      ),
    )
    expect(answers.map((answer) => answer.body)).toEqual(bodies)
  })
})
