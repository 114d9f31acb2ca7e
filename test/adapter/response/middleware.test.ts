import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import compression from 'compression'
import timeout from 'connect-timeout'
import cookieSession from 'cookie-session'
import cors from 'cors'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import session, { type SessionOptions } from 'express-session'
import helmet from 'helmet'
import morgan from 'morgan'
import onFinished from 'on-finished'
import { describe, expect, it } from 'vitest'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES, EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { expectSame, onServer, throughAdapter } from '../../helpers/response-parity.js'
import type { Listener, WireRequest } from '../../helpers/response-wire.js'

const DEADLINE_MS = 5_000

const TEXT = 'The same words again and again. caf\u00E9 '.repeat(200)

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes),
  br: (bytes) => brotliDecompressSync(bytes),
  deflate: (bytes) => inflateSync(bytes),
}

/** What an app behind compression() may do to answer. */
const COMPRESSED: readonly (readonly [title: string, respond: (res: Response) => unknown])[] = [
  ['send', (res) => res.type('text').send(TEXT)],
  ['json', (res) => res.json({ text: TEXT })],
  ['end', (res) => res.type('text').end(TEXT)],
  [
    'writes and flushes',
    async (res) => {
      res.type('text')
      for (let i = 0; i < 4; i++) {
        res.write(TEXT)
        ;(res as Response & { flush(): void }).flush()
        await new Promise(setImmediate)
      }
      res.end()
    },
  ],
  [
    'a stream piped in',
    (res) => Readable.from(Array<string>(50).fill(TEXT)).pipe(res.type('text')),
  ],
  [
    'more than a socket buffers, with drain',
    async (res) => {
      res.type('text')
      for (let i = 0; i < 60; i++) {
        if (!res.write(`${i} ${TEXT}`)) await once(res, 'drain')
      }
      res.end()
    },
  ],
  [
    'a length set before',
    (res) =>
      res
        .type('text')
        .set('Content-Length', String(Buffer.byteLength(TEXT)))
        .end(TEXT),
  ],
]

describe.each(EXPRESSES_IN_MODES)(
  'compression under $name in $mode-value mode',
  ({ express, mode }) => {
    describe.each(Object.keys(DECODERS))('by %s', (coding) => {
      it.each(COMPRESSED)('reaches the client whole: %s', async (_title, respond) => {
        const app = express()
        app.use(compression({ threshold: 0 }))
        app.use((_req, res) => respond(res))
        const request = { headers: { 'accept-encoding': coding } }
        const plain = await onServer(app, {})
        const { headers, body, result } = await throughAdapter(app, request, mode)
        expect(headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' })
        expect(result.isBase64Encoded).toBe(true)
        expect(DECODERS[coding]?.(body).equals(plain.body)).toBe(true)
      })
    })

    it('leaves HEAD without a body', async () => {
      const app = express()
      app.use(compression({ threshold: 0 }))
      app.use((_req, res) => res.type('text').send(TEXT))
      const { body, status } = await throughAdapter(
        app,
        { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } },
        mode,
      )
      expect([status, body.length]).toEqual([200, 0])
    })
  },
)

interface Case {
  readonly title: string
  readonly use: () => readonly RequestHandler[]
  readonly request?: WireRequest
  readonly respond?: (req: Request, res: Response) => unknown
}

const SESSION: SessionOptions = {
  secret: 'test secret',
  genid: () => 'session-id',
  resave: false,
  saveUninitialized: true,
}

const MIDDLEWARE: readonly Case[] = [
  {
    title: 'compression of what is too small to compress',
    use: () => [compression()],
    request: { headers: { 'accept-encoding': 'gzip' } },
  },
  {
    title: 'compression for a client that takes none',
    use: () => [compression({ threshold: 0 })],
    request: { headers: { 'accept-encoding': 'identity' } },
  },
  { title: 'helmet', use: () => [helmet()] },
  { title: 'cors', use: () => [cors()], request: { headers: { origin: 'https://a.example' } } },
  {
    title: 'cors with credentials and lists',
    use: () => [
      cors({
        origin: ['https://a.example'],
        credentials: true,
        exposedHeaders: ['X-A', 'X-B'],
        maxAge: 600,
      }),
    ],
    request: { headers: { origin: 'https://a.example' } },
  },
  {
    title: 'cors preflight',
    use: () => [cors()],
    request: {
      method: 'OPTIONS',
      headers: {
        origin: 'https://a.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'X-A, X-B',
      },
    },
  },
  {
    title: 'express-session with one cookie',
    use: () => [session(SESSION)],
    respond: (req, res) => {
      ;(req.session as unknown as { visits: number }).visits = 1
      res.send(req.sessionID)
    },
  },
  {
    title: 'express-session beside cookies of the app',
    use: () => [session(SESSION)],
    respond: (_req, res) => {
      res.cookie('a', '1').cookie('b', '2').send('x')
    },
  },
  {
    title: 'express-session over a stream',
    use: () => [session(SESSION)],
    respond: (_req, res) => {
      res.write('a')
      setImmediate(() => res.end('b'))
    },
  },
  {
    title: 'express-session that is destroyed',
    use: () => [session(SESSION)],
    respond: (req, res) => {
      req.session.destroy(() => res.send('gone'))
    },
  },
  {
    title: 'cookie-session with two cookies, signed',
    use: () => [cookieSession({ name: 'session', keys: ['k1', 'k2'] })],
    respond: (req, res) => {
      Object.assign(req.session ?? {}, { user: 'caf\u00E9' })
      res.send('x')
    },
  },
  {
    title: 'connect-timeout that passes',
    use: () => [timeout('5s')],
  },
  {
    title: 'connect-timeout that fires',
    use: () => [timeout(10)],
    respond: () => {},
  },
  {
    title: 'several together',
    use: () => [helmet(), cors(), compression(), session(SESSION), timeout('5s')],
    request: { headers: { origin: 'https://a.example', 'accept-encoding': 'br' } },
    respond: (_req, res) => {
      res.cookie('a', '1').json({ ok: true })
    },
  },
]

describe.each(EXPRESSES)('under $name a response is as on a real server', ({ express }) => {
  it.each(MIDDLEWARE)('with $title', async ({ use, request, respond }) => {
    await expectSame(() => {
      const app = express()
      app.set('env', 'test')
      for (const one of use()) app.use(one)
      app.use((req, res) => {
        if (respond === undefined) res.vary('X-Own').send('body')
        else respond(req, res)
      })
      app.use(
        (error: Error & { status?: number }, _req: Request, res: Response, _next: NextFunction) => {
          res.status(error.status ?? 500).send(error.message)
        },
      )
      return app
    }, request)
  })

  it('and a session comes back with its cookie', async () => {
    for (const mode of MODES) {
      const app = express()
      app.use(session(SESSION))
      app.use((req, res) => {
        const own = req.session as unknown as { visits?: number }
        own.visits = (own.visits ?? 0) + 1
        res.cookie('other', '1').send(String(own.visits))
      })
      const first = await throughAdapter(app, {}, mode)
      const cookie = first.headers['set-cookie']?.find((one) => one.startsWith('connect.sid='))
      const [pair = ''] = (cookie ?? '').split(';', 1)
      const second = await throughAdapter(app, { headers: { cookie: pair } }, mode)
      expect(second.text()).toBe('2')
    }
  })
})

describe.each(EXPRESSES)('morgan under $name', ({ express }) => {
  it.each<readonly [title: string, request: WireRequest, respond: (res: Response) => unknown]>([
    ['a text', { url: '/a?b=c' }, (res) => res.send('text')],
    ['no body', {}, (res) => res.status(204).end()],
    ['HEAD', { method: 'HEAD' }, (res) => res.send('text')],
    ['a redirect', {}, (res) => res.redirect('/x')],
    ['a stream', {}, (res) => Readable.from(['a', 'b']).pipe(res)],
    ['a POST', { method: 'POST', body: 'a=1' }, (res) => res.send('ok')],
  ])('logs the line that it logs on a real server for %s', async (_title, request, respond) => {
    const lines: string[] = []
    await expectSame(() => {
      const app = express()
      app.use(
        morgan(
          ':method :url HTTP/:http-version :status :res[content-length] :referrer :req[host]',
          {
            stream: { write: (line) => void lines.push(line) },
          },
        ),
      )
      app.use((_req, res) => respond(res))
      return app
    }, request)
    expect(lines).toHaveLength(3)
    expect(new Set(lines).size).toBe(1)
  })

  it('measures times and names the load balancer as its peer', async () => {
    const lines: string[] = []
    const app = express()
    app.use(
      morgan(':remote-addr :response-time :total-time', {
        stream: { write: (line) => void lines.push(line) },
      }),
    )
    app.use((_req, res) => res.send('x'))
    await throughAdapter(app, {}, 'single', { peerAddress: '10.1.2.3' })
    expect(lines).toEqual([expect.stringMatching(/^10\.1\.2\.3 \d+\.\d{3} \d+\.\d{3}\n$/)])
  })
})

describe('on-finished', () => {
  it.each(MODES)('calls back once when the response is over in %s-value mode', async (mode) => {
    const calls: unknown[] = []
    const listener: Listener = (_req, res) => {
      onFinished(res, (error, message) => calls.push(error ?? message === res))
      res.end('x')
    }
    await throughAdapter(listener, {}, mode)
    expect(calls).toEqual([true])
  })

  it('calls back when the app destroys the connection', async () => {
    const finished = new Promise<boolean>((resolve) => {
      void throughAdapter((_req, res) => {
        onFinished(res, (_error, message) => resolve(message === res))
        res.destroy()
      })
    })
    expect(await within(DEADLINE_MS, 'call of on-finished', finished)).toBe(true)
  })
})
