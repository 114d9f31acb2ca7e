import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NextFunction, Request, Response } from 'express'
import send from 'send'
import serveStatic from 'serve-static'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPRESSES } from '../../helpers/modes.js'
import { expectSame, expectSameOf, throughAdapter } from '../../helpers/response-parity.js'
import type { WireRequest } from '../../helpers/response-wire.js'

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'express-alb-'))
  const write = (name: string, content: string | Buffer): void => {
    writeFileSync(join(folder, name), content)
    // A validator of the same second on both roads.
    utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000)
  }
  write('page.html', '<p>caf\u00E9</p>\n')
  write('image.png', Buffer.concat([PNG, EVERY_BYTE]))
  write('bytes.bin', EVERY_BYTE)
  write('empty.txt', '')
  write('index.html', 'index')
  write('large.txt', 'line of text\n'.repeat(20_000))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Case {
  readonly title: string
  readonly respond: (req: Request, res: Response, next: NextFunction) => unknown
  readonly request?: WireRequest
}

const RESPONSES: readonly Case[] = [
  { title: 'send of text', respond: (_req, res) => res.send('caf\u00E9') },
  { title: 'send of a buffer', respond: (_req, res) => res.send(PNG) },
  { title: 'send of an empty buffer', respond: (_req, res) => res.send(Buffer.alloc(0)) },
  { title: 'send of nothing', respond: (_req, res) => res.send() },
  { title: 'send of null', respond: (_req, res) => res.send(null) },
  { title: 'send of an object', respond: (_req, res) => res.send({ a: '\u2028' }) },
  { title: 'send of HTML with a status', respond: (_req, res) => res.status(201).send('<p>') },
  {
    title: 'send in a charset that is not UTF-8 by name',
    respond: (_req, res) =>
      res.set('Content-Type', 'text/plain; charset=iso-8859-1').send('caf\u00E9'),
  },
  {
    title: 'text that is not UTF-8',
    respond: (_req, res) =>
      res.type('text/csv; charset=iso-8859-1').end(Buffer.from('caf\u00E9', 'latin1')),
  },
  {
    title: 'json',
    respond: (_req, res) => res.json({ list: [1, 'two', null], deep: { a: true } }),
  },
  { title: 'json of a string', respond: (_req, res) => res.json('\u{1F600}') },
  {
    title: 'jsonp',
    request: { url: '/?callback=handle' },
    respond: (_req, res) => res.jsonp({ a: '\u2028' }),
  },
  { title: 'sendStatus', respond: (_req, res) => res.sendStatus(418) },
  { title: 'sendStatus 204', respond: (_req, res) => res.sendStatus(204) },
  { title: 'redirect', respond: (_req, res) => res.redirect('/elsewhere?q=1') },
  {
    title: 'redirect with a status',
    respond: (_req, res) => res.redirect(301, 'https://example.org/'),
  },
  {
    title: 'redirect for a client that wants HTML',
    request: { headers: { accept: 'text/html' } },
    respond: (_req, res) => res.redirect('/b?<c>'),
  },
  {
    title: 'redirect to a URL beyond ASCII',
    respond: (_req, res) => res.redirect('/caf\u00E9?\u65E5'),
  },
  { title: 'location', respond: (_req, res) => res.location('/here').end() },
  { title: 'links', respond: (_req, res) => res.links({ next: '/2', last: '/9' }).end() },
  {
    title: 'links twice',
    respond: (_req, res) => res.links({ next: '/2' }).links({ last: '/9' }).end(),
  },
  {
    title: 'append',
    respond: (_req, res) => res.append('Link', ['<a>', '<b>']).append('Link', '<c>').end(),
  },
  { title: 'vary', respond: (_req, res) => res.vary('Accept').vary('Origin').end() },
  { title: 'attachment', respond: (_req, res) => res.attachment('\u65E5\u672C "a".pdf').end() },
  {
    title: 'type and set',
    respond: (_req, res) =>
      res
        .type('json')
        .set({ 'X-A': '1', 'X-B': ['2', '3'] })
        .end(),
  },
  {
    title: 'set of a number',
    respond: (_req, res) => res.set('X-N', 7 as unknown as string).end(),
  },
  { title: 'one cookie', respond: (_req, res) => res.cookie('a', '1').end() },
  {
    title: 'three cookies, one of them with a comma in its date',
    respond: (_req, res) =>
      res
        .cookie('a', '1', { path: '/', httpOnly: true })
        .cookie('b', 'two words; and, more', { expires: new Date(1_800_000_000_000) })
        .cookie('c', { json: true }, { sameSite: 'lax', secure: true })
        .end(),
  },
  { title: 'clearCookie', respond: (_req, res) => res.clearCookie('a', { path: '/x' }).end() },
  {
    title: 'format',
    request: { headers: { accept: 'application/json' } },
    respond: (_req, res) => {
      res.format({ html: () => res.send('<p>'), json: () => res.json({}) })
    },
  },
  {
    title: 'a fresh answer: 304',
    request: { headers: { 'if-none-match': 'W/"5-+u7qXdDjxFVbDCCPDmIJQwaZzZg", *' } },
    respond: (_req, res) => res.send('fresh'),
  },
  {
    title: 'an answer that is not fresh',
    request: { headers: { 'if-none-match': '"other"' } },
    respond: (_req, res) => res.send('fresh'),
  },
  {
    title: 'a custom reason phrase',
    respond: (_req, res) => {
      res.statusMessage = 'Teapot!'
      res.status(418).send('short and stout')
    },
  },
  {
    title: 'an error with a status',
    respond: (_req, _res, next) => next(Object.assign(new Error('no'), { status: 403 })),
  },
  {
    title: 'an error with an own header field',
    respond: (_req, _res, next) =>
      next(Object.assign(new Error('no'), { status: 429, headers: { 'Retry-After': '5' } })),
  },
  { title: 'sendFile', respond: (_req, res) => res.sendFile(join(folder, 'page.html')) },
  {
    title: 'sendFile of an image',
    respond: (_req, res) => res.sendFile(join(folder, 'image.png')),
  },
  {
    title: 'sendFile of an empty file',
    respond: (_req, res) => res.sendFile(join(folder, 'empty.txt')),
  },
  {
    title: 'sendFile of a large file',
    respond: (_req, res) => res.sendFile(join(folder, 'large.txt')),
  },
  {
    title: 'sendFile with options',
    respond: (_req, res) =>
      res.sendFile('bytes.bin', {
        root: folder,
        maxAge: '1d',
        immutable: true,
        headers: { 'X-A': '1' },
      }),
  },
  {
    title: 'sendFile of a range',
    request: { headers: { range: 'bytes=10-19' } },
    respond: (_req, res) => res.sendFile(join(folder, 'bytes.bin')),
  },
  { title: 'sendFile of no file', respond: (_req, res) => res.sendFile(join(folder, 'missing')) },
  {
    title: 'download',
    respond: (_req, res) => res.download(join(folder, 'bytes.bin'), '\u65E5\u672C.bin'),
  },
  {
    title: 'send (the module) piped into the response',
    respond: (req, res) => send(req, 'image.png', { root: folder }).pipe(res),
  },
]

describe.each(EXPRESSES)('$name answers as on a real server', ({ express }) => {
  it.each(RESPONSES)('with $title', async ({ respond, request }) => {
    const app = express()
    // Otherwise the error page shows a stack, which differs by who called.
    app.set('env', 'test')
    app.use((req, res, next) => respond(req, res, next))
    app.use(
      (
        error: Error & { status?: number; headers?: Record<string, string> },
        _req: Request,
        res: Response,
        _next: NextFunction,
      ) => {
        res
          .status(error.status ?? 500)
          .set(error.headers ?? {})
          .send(error.message.replaceAll(folder, ''))
      },
    )
    await expectSameOf(app, request)
  })

  it.each(RESPONSES.slice(0, 12))('to HEAD with $title', async ({ respond, request }) => {
    const app = express()
    app.use((req, res, next) => respond(req, res, next))
    const { body } = await expectSameOf(app, { ...request, method: 'HEAD' })
    expect(body).toBe('')
  })
})

/** What a client asks of static files. */
const ASKED: readonly (readonly [title: string, request: WireRequest])[] = [
  ['a page', { url: '/page.html' }],
  ['an image', { url: '/image.png' }],
  ['a file of every byte', { url: '/bytes.bin' }],
  ['an empty file', { url: '/empty.txt' }],
  ['a large file', { url: '/large.txt' }],
  ['the index', { url: '/' }],
  ['nothing that is there', { url: '/missing.txt' }],
  ['a path beyond the folder', { url: '/%2e%2e/secret' }],
  ['a path that does not decode', { url: '/%E0%A4%A' }],
  ['the head of a file', { url: '/image.png', method: 'HEAD' }],
  ['a method that files do not take', { url: '/page.html', method: 'POST' }],
  ['the first bytes', { url: '/bytes.bin', headers: { range: 'bytes=0-99' } }],
  ['the last bytes', { url: '/bytes.bin', headers: { range: 'bytes=-7' } }],
  ['all from the middle', { url: '/bytes.bin', headers: { range: 'bytes=128-' } }],
  ['two ranges', { url: '/bytes.bin', headers: { range: 'bytes=0-1,5-6' } }],
  ['a range beyond the end', { url: '/bytes.bin', headers: { range: 'bytes=999-' } }],
  ['a range that is none', { url: '/bytes.bin', headers: { range: 'lines=1-2' } }],
  ['the head of a range', { url: '/bytes.bin', method: 'HEAD', headers: { range: 'bytes=0-9' } }],
  [
    'what was modified since',
    { url: '/bytes.bin', headers: { 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' } },
  ],
  [
    'what was modified long before',
    { url: '/bytes.bin', headers: { 'if-modified-since': 'Tue, 14 Nov 2000 22:13:20 GMT' } },
  ],
  ['another version', { url: '/bytes.bin', headers: { 'if-none-match': '"x"' } }],
  ['any version', { url: '/bytes.bin', headers: { 'if-none-match': '*' } }],
  ['a version that is gone', { url: '/bytes.bin', headers: { 'if-match': '"x"' } }],
  [
    'a range of a version that is gone',
    { url: '/bytes.bin', headers: { range: 'bytes=0-9', 'if-range': '"x"' } },
  ],
]

describe.each(EXPRESSES)('static files under $name are as on a real server', ({ express }) => {
  it.each(ASKED)('for %s', async (_title, request) => {
    const app = express()
    app.set('env', 'test')
    app.use(express.static(folder))
    app.use(
      (error: Error & { status?: number }, _req: Request, res: Response, _next: NextFunction) => {
        res.status(error.status ?? 500).send('refused')
      },
    )
    await expectSameOf(app, request)
  })

  it('and their ETag brings a 304', async () => {
    const app = express().use(express.static(folder))
    const { headers } = await throughAdapter(app, { url: '/image.png' })
    expect(headers['etag']).toMatch(/^W\/"/)
    const { status } = await expectSameOf(app, {
      url: '/image.png',
      headers: { 'if-none-match': headers['etag'] ?? '' },
    })
    expect(status).toBe(304)
  })
})

describe('serve-static without Express', () => {
  it.each(ASKED)('gives what a real server gives for %s', async (_title, request) => {
    const files = serveStatic(folder)
    await expectSameOf((req, res) => {
      files(req, res, () => res.writeHead(404).end('none'))
    }, request)
  })
})

/** Peers answer these with 500, or with an empty 200. */
const UNMATCHED: readonly (readonly [title: string, request: WireRequest, status: number])[] = [
  ['GET of an unknown path', { url: '/nope' }, 404],
  ['HEAD of an unknown path', { url: '/nope', method: 'HEAD' }, 404],
  ['POST to an unknown path', { url: '/nope', method: 'POST', body: 'a=1' }, 404],
  ['OPTIONS of an unknown path', { url: '/nope', method: 'OPTIONS' }, 404],
  ['OPTIONS of a known path', { url: '/known', method: 'OPTIONS' }, 200],
  ['a method that the path does not take', { url: '/known', method: 'DELETE' }, 404],
  ['a path that does not decode', { url: '/param/%E0%A4%A' }, 400],
  ['a path with a tag in it', { url: '/<script>' }, 404],
]

describe.each(EXPRESSES)('$name without a match', ({ express }) => {
  it.each(UNMATCHED)(
    'answers on a bare app as on a real server: %s',
    async (_title, request, status) => {
      await expectSame(() => {
        const app = express()
        app.set('env', 'production')
        return app
      }, request)
      const app = express()
      app.set('env', 'production')
      app.get('/known', (_req, res) => res.send('known'))
      app.get('/param/:value', (req, res) => res.send(req.params['value']))
      const seen = await expectSameOf(app, request)
      expect(seen.status).toBe(status)
    },
  )

  it.each(UNMATCHED)(
    'answers behind parsers and static files as on a real server: %s',
    async (_title, request) => {
      const app = express()
      app.set('env', 'production')
      app.use(express.json(), express.urlencoded({ extended: true }), express.static(folder))
      await expectSameOf(app, request)
    },
  )

  it.each([
    [403, 'sync'],
    [503, 'async'],
  ])(
    "shows the framework's own error page for an error with status %i, %s",
    async (status, when) => {
      const app = express()
      app.set('env', 'production')
      app.get('/', (_req, _res, next) => {
        const fail = (): void => next(Object.assign(new Error('secret'), { status }))
        if (when === 'sync') fail()
        else setImmediate(fail)
      })
      const seen = await expectSameOf(app)
      expect(seen.status).toBe(status)
      expect(seen.body).toContain('<pre>')
      expect(seen.body).not.toContain('secret')
    },
  )
})
