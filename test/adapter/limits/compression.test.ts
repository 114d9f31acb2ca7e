import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { createHandler, type LogEntry } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { describe, expect, it, vi } from 'vitest'
import { CODES } from '../../helpers/collected-log.js'
import { EXPRESSES, EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { linesOf, throughAdapter, type ThroughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

const MB = 1_048_576
const TEXT = `${'The quick brown fox. caf\u00E9\n'.repeat(42_000)}end`
const BYTES = Buffer.from(TEXT)
// Compresses just as well, and is no text by its bytes.
const LATIN1 = Buffer.from(TEXT, 'latin1')

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes),
  br: (bytes) => brotliDecompressSync(bytes),
}

/** A listener with a large response of these fields. */
function large(
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  body: string | Buffer = TEXT,
  status = 200,
): Listener {
  return (_req, res) => {
    res.writeHead(status, { 'Content-Type': 'text/plain', ...headers } as Record<string, string>)
    res.end(body)
  }
}

function accepting(acceptEncoding: string): { headers: Record<string, string> } {
  return { headers: { 'accept-encoding': acceptEncoding } }
}

function expectRefused({ status, headers, log, text }: ThroughAdapter): void {
  expect(status).toBe(500)
  expect(headers['content-encoding']).toBe(undefined)
  expect(log.codes).toEqual([CODES.tooLarge])
  expect(text().length).toBeLessThan(100)
}

function expectCompressed(response: ThroughAdapter, coding: string, sent: Buffer = BYTES): void {
  expect(response.log.codes).toEqual([])
  expect(response.status).toBe(200)
  expect(response.headers['content-encoding']).toBe(coding)
  expect(response.result.isBase64Encoded).toBe(true)
  expect(DECODERS[coding]?.(response.body).equals(sent)).toBe(true)
}

/** What a client says it takes, and what it then gets; `undefined` for a refusal. */
const ACCEPTED: readonly (readonly [acceptEncoding: string, coding: string | undefined])[] = [
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br', 'br'],
  ['gzip,deflate,br,zstd', 'br'],
  ['br;q=1.0, gzip;q=0.8, *;q=0.1', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['br;q=0.5, gzip', 'gzip'],
  ['gzip;q=0.8, br;q=0.9', 'br'],
  ['gzip;q=0.5, br;q=0.5', 'br'],
  ['gzip; q=0.9 , br ; q=0.8', 'gzip'],
  ['GZIP', 'gzip'],
  ['BR;Q=0.3', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip;q=0, br', 'br'],
  ['gzip;q=0.001', 'gzip'],
  ['identity;q=0, gzip', 'gzip'],
  ['*;q=0, gzip', 'gzip'],
  ['  gzip  ', 'gzip'],
  [',, gzip,', 'gzip'],
  ['', undefined],
  ['identity', undefined],
  ['deflate', undefined],
  ['zstd, compress', undefined],
  ['gzip;q=0', undefined],
  ['gzip;q=0.0, br;q=0.000', undefined],
  ['gzip;q=0, br;q=0, *', undefined],
  ['*;q=0', undefined],
  ['gzipped, brotli', undefined],
  ['xgzip', undefined],
  ['*', 'br'],
  ['*;q=0.1', 'br'],
  ['br;q=0, *', 'gzip'],
  ['gzip, *;q=0.5', 'gzip'],
  ['gzip;q=0.2, *;q=0.5', 'br'],
  ['identity, *;q=0', undefined],
]

it.each(ACCEPTED)(
  'a response over 1 MB to a client that sends Accept-Encoding: %s is coded or refused: %s',
  async (sent, coding) => {
    const response = await throughAdapter(large(), accepting(sent))
    if (coding === undefined) expectRefused(response)
    else expectCompressed(response, coding)
  },
)

it('a response over 1 MB is coded as any line of Accept-Encoding says', async () => {
  const listener = large()
  const answer = await invoke(
    createHandler((req, res) => listener(req, res)),
    createAlbEvent({ headers: { 'accept-encoding': ['identity', 'gzip;q=0.5'] }, mode: 'multi' }),
  )
  expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'gzip'])
})

describe.each(MODES)('a response over 1 MB in %s-value mode', (mode) => {
  it('offers no ranges once it is coded, for they would be of the bytes as they were', async () => {
    const { headers } = await throughAdapter(
      large({ 'Accept-Ranges': 'bytes' }),
      accepting('gzip'),
      mode,
    )
    expect(headers['content-encoding']).toBe('gzip')
    expect(headers['accept-ranges']).toBe(undefined)
  })

  it('is coded for a client that takes it', async () => {
    expectCompressed(await throughAdapter(large(), accepting('gzip'), mode), 'gzip')
    expectCompressed(await throughAdapter(large(), accepting('br'), mode), 'br')
  })

  it('to a client that sends no Accept-Encoding is refused', async () => {
    expectRefused(await throughAdapter(large(), {}, mode))
  })

  it("is refused with oversize: 'refuse', whatever the client takes", async () => {
    expectRefused(
      await throughAdapter(large(), accepting('gzip, br'), mode, { oversize: 'refuse' }),
    )
  })

  it('has a body of the right length, and says no wrong one', async () => {
    const { result, body } = await throughAdapter(
      large({ 'Content-Length': String(BYTES.length) }),
      accepting('gzip'),
      mode,
    )
    const length = linesOf(result).find(([name]) => /^content-length$/i.test(name))?.[1]
    expect([undefined, String(body.length)]).toContain(length)
  })

  it('keeps status, reason and all other fields', async () => {
    const { status, statusText, headers } = await throughAdapter(
      (_req, res) => {
        res.setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('Last-Modified', 'then')
        res.writeHead(404, 'Nowhere', { 'Content-Type': 'text/html; charset=utf-8' }).end(TEXT)
      },
      accepting('br'),
      mode,
    )
    expect([status, statusText]).toEqual([404, 'Nowhere'])
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'last-modified': 'then',
      'set-cookie': ['a=1', 'b=2'],
      'content-encoding': 'br',
    })
  })
})

describe('Vary of a response that is compressed', () => {
  it.each<readonly [title: string, given: string | string[] | undefined, expected: string[]]>([
    ['that had none', undefined, ['accept-encoding']],
    ['that varies by something else', 'Origin', ['origin', 'accept-encoding']],
    [
      'that varies by several things',
      ['Origin', 'Cookie'],
      ['origin', 'cookie', 'accept-encoding'],
    ],
    ['that says so already', 'Accept-Encoding', ['accept-encoding']],
    ['that says so in other letters', 'origin, ACCEPT-ENCODING', ['origin', 'accept-encoding']],
    [
      'that says so in its second line',
      ['Origin', 'Accept-Encoding'],
      ['origin', 'accept-encoding'],
    ],
    ['that varies by everything', '*', ['*']],
  ])('names Accept-Encoding once: one %s', async (_title, given, expected) => {
    for (const mode of MODES) {
      const headers = given === undefined ? {} : { Vary: given }
      const response = await throughAdapter(large(headers), accepting('gzip'), mode)
      expect(response.headers['vary']?.toLowerCase().split(/\s*,\s*/)).toEqual(expected)
    }
  })

  it('is not added to a response that is small', async () => {
    const { headers } = await throughAdapter(large({}, 'small'), accepting('gzip'))
    expect(headers['vary']).toBe(undefined)
    expect(headers['content-encoding']).toBe(undefined)
  })
})

describe('validators of a response that is compressed', () => {
  it.each([
    ['"strong"', 'W/"strong"'],
    ['W/"weak"', 'W/"weak"'],
    ['""', 'W/""'],
  ])('are weak, since the bytes are others: ETag %s', async (given, expected) => {
    const { headers } = await throughAdapter(large({ ETag: given }), accepting('gzip'))
    expect(headers['etag']).toBe(expected)
  })

  it('are none where the response has none', async () => {
    const { headers } = await throughAdapter(large(), accepting('gzip'))
    expect(headers['etag']).toBe(undefined)
  })

  it('stay strong while the response is sent as it is', async () => {
    const { headers } = await throughAdapter(
      large({ ETag: '"strong"' }, 'small'),
      accepting('gzip'),
    )
    expect(headers['etag']).toBe('"strong"')
  })
})

const RANDOM = randomBytes(MB).toString('base64')

describe('a response that must not or cannot be compressed', () => {
  it.each<readonly [title: string, listener: Listener]>([
    ['Cache-Control: no-transform', large({ 'Cache-Control': 'no-transform' })],
    [
      'no-transform among others, in capitals',
      large({ 'Cache-Control': 'public, NO-TRANSFORM, max-age=5' }),
    ],
    ['no-transform in the second line', large({ 'Cache-Control': ['public', 'no-transform'] })],
    [
      'a content coding that it has',
      large({ 'Content-Encoding': 'gzip' }, gzipSync(randomBytes(2 * MB))),
    ],
    ['a content coding of its own', large({ 'Content-Encoding': 'x-own' })],
    ['a range', large({ 'Content-Range': `bytes 0-9/${BYTES.length}` }, TEXT, 206)],
    ['text that does not shrink enough', large({}, RANDOM)],
    ['no type', (_req, res) => res.end(TEXT)],
    ...[
      'image/png',
      'image/jpeg',
      'video/mp4',
      'application/zip',
      'application/gzip',
      'font/woff2',
      'application/octet-stream',
      'audio/mpeg',
      'application/octet-stream; was="text/plain"',
      'nonsense',
    ].map((type): [string, Listener] => [`the type ${type}`, large({ 'Content-Type': type })]),
  ])('is refused: %s', async (_title, listener) => {
    for (const mode of MODES) {
      expectRefused(await throughAdapter(listener, accepting('gzip, br'), mode))
    }
  })
})

describe('a type worth compressing', () => {
  it.each([
    'text/html',
    'text/html; charset=utf-8',
    'TEXT/CSV',
    'text/event-stream',
    'application/json',
    'application/json;charset=utf-8',
    'application/vnd.api+json',
    'application/problem+json; charset=utf-8',
    'application/geo+json',
    'application/ld+json',
    'application/javascript',
    'application/xml',
    'application/atom+xml',
    'image/svg+xml',
    'application/x-ndjson',
  ])('is compressed: %s', async (type) => {
    expectCompressed(
      await throughAdapter(large({ 'Content-Type': type }), accepting('gzip')),
      'gzip',
    )
  })

  it('is compressed whatever charset its bytes are in', async () => {
    const listener = large({ 'Content-Type': 'text/plain; charset=iso-8859-1' }, LATIN1)
    expectCompressed(await throughAdapter(listener, accepting('br')), 'br', LATIN1)
  })
})

describe.each(EXPRESSES_IN_MODES)('under $name in $mode-value mode', ({ express, mode }) => {
  it('a large JSON answer reaches a client that takes gzip', async () => {
    const list = Array.from({ length: 45_000 }, (_, id) => ({ id, name: 'caf\u00E9' }))
    const app = express()
    app.get('/list', (_req, res) => void res.json(list))
    const response = await throughAdapter(app, { url: '/list', ...accepting('gzip') }, mode)
    expect(response.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
      etag: expect.stringMatching(/^W\//) as string,
    })
    expect(JSON.parse(gunzipSync(response.body).toString())).toEqual(list)
  })

  it('a large answer that is streamed reaches it as well', async () => {
    const app = express()
    app.get('/', async (_req, res) => {
      res.type('text')
      for (let start = 0; start < BYTES.length; start += 30_000) {
        if (!res.write(BYTES.subarray(start, start + 30_000))) {
          await once(res, 'drain')
        }
      }
      res.end()
    })
    expectCompressed(await throughAdapter(app, accepting('br'), mode), 'br')
  })
})

describe('a body of more than 16 MB', () => {
  it('is refused although it would compress well, and one byte less is not', async () => {
    const most = 16 * MB
    const fits = await throughAdapter(large({}, Buffer.alloc(most, 'a')), accepting('gzip'))
    expect(fits.status).toBe(200)
    expect(gunzipSync(fits.body)).toHaveLength(most)
    expectRefused(await throughAdapter(large({}, Buffer.alloc(most + 1, 'a')), accepting('gzip')))
  })
})

describe.each(EXPRESSES)('the log line of a refusal under $name', ({ express }) => {
  async function refusal(
    url: string,
  ): Promise<{ entry: LogEntry; message: string; count: number }> {
    const router = express.Router()
    router.get('/reports/:id', (_req, res) => void res.send(LATIN1))
    const app = express()
    app.use('/api/:version', router)
    const { log } = await throughAdapter(app, { url })
    const [entry] = log.entries
    if (entry === undefined) throw new Error('Nothing was logged.')
    return { entry, message: entry.message, count: log.entries.length }
  }

  it('names request, size, limit and what to do', async () => {
    const { entry, message, count } = await refusal('/api/v1/reports/7?token=secret')
    expect(count).toBe(1)
    expect(entry).toMatchObject({
      level: 'error',
      code: CODES.tooLarge,
      method: 'GET',
      path: '/api/v1/reports/7',
      size: LATIN1.length,
      requestId: expect.any(String) as string,
    })
    expect(entry.route).toMatch(/\/reports\/:id$/)
    const line = JSON.stringify({ message, ...entry })
    expect(line).toMatch(/1.?048.?576|1 MB/)
    expect(line).toMatch(/storage/)
    expect(line).not.toContain('secret')
  })

  it('is one line of JSON on the console by default', async () => {
    const lines: unknown[][] = []
    const write = vi
      .spyOn(console, 'error')
      .mockImplementation((...parts) => void lines.push(parts))
    const app = express()
    app.get('/big', (_req, res) => void res.send(LATIN1))
    const handler = createHandler(app)
    await handler(createAlbEvent({ url: '/big' }), createLambdaContext())
    expect(write).toHaveBeenCalledTimes(1)
    expect(lines[0]).toHaveLength(1)
    const line = String(lines[0]?.[0])
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      code: CODES.tooLarge,
      path: '/big',
      route: '/big',
      size: LATIN1.length,
    })
  })
})

it('a refusal tells the client nothing but that it failed, and keeps no cache from asking again', async () => {
  for (const mode of MODES) {
    const { result } = await throughAdapter(large({ 'Cache-Control': 'max-age=600' }), {}, mode)
    expect(result).toMatchObject({
      statusCode: 500,
      statusDescription: '500 Internal Server Error',
    })
    expect(JSON.stringify(result)).not.toMatch(/max-age|1048576|oversize/)
  }
})
