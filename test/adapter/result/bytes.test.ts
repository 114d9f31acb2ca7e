import { Buffer, isUtf8 } from 'node:buffer'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import { FRAMES } from '../../helpers/response-frames.js'
import { expectSameOf, throughAdapter } from '../../helpers/response-parity.js'

const JSON_TEXT = Buffer.from(JSON.stringify({ text: 'caf\u00E9' }))

interface Sample {
  readonly title: string
  readonly bytes: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Whether a JSON string cannot carry the bytes as they are. */
  readonly base64: boolean
}

const type = (name: string): Readonly<Record<string, string>> => ({ 'Content-Type': name })
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

const SAMPLES: readonly Sample[] = [
  {
    title: 'png',
    bytes: bytes('89504e470d0a1a0a 0000000d'),
    headers: type('image/png'),
    base64: true,
  },
  { title: 'jpeg', bytes: bytes('ffd8ffe000104a46'), headers: type('image/jpeg'), base64: true },
  {
    title: 'pdf',
    bytes: Buffer.concat([Buffer.from('%PDF-1.7\n%'), bytes('e2e3cfd3')]),
    headers: type('application/pdf'),
    base64: true,
  },
  {
    title: 'zip',
    bytes: bytes('504b0304 1400 ff'),
    headers: type('application/zip'),
    base64: true,
  },
  {
    title: 'woff2',
    bytes: bytes('774f4632 00010000 ff'),
    headers: type('font/woff2'),
    base64: true,
  },
  {
    title: 'octet-stream',
    bytes: bytes('00ff'),
    headers: type('application/octet-stream'),
    base64: true,
  },
  { title: 'bytes without type', bytes: bytes('00ff'), base64: true },
  {
    title: 'bytes that are called text',
    bytes: bytes('80'),
    headers: type('text/plain; charset=utf-8'),
    base64: true,
  },
  {
    title: 'bytes that are called JSON',
    bytes: bytes('7b ff 7d'),
    headers: type('application/json'),
    base64: true,
  },
  {
    title: 'text that is called a picture',
    bytes: Buffer.from('<svg/>'),
    headers: type('image/svg+xml'),
    base64: false,
  },
  {
    title: 'text that is called bytes',
    bytes: Buffer.from('text'),
    headers: type('application/octet-stream'),
    base64: false,
  },
  {
    title: 'latin-1 text',
    bytes: Buffer.from('caf\u00E9', 'latin1'),
    headers: type('text/csv; charset=iso-8859-1'),
    base64: true,
  },
  {
    title: 'UTF-16 text',
    bytes: Buffer.from('\uFEFFcaf\u00E9', 'utf16le'),
    headers: type('text/plain; charset=utf-16'),
    base64: true,
  },
  {
    title: 'UTF-8 text',
    bytes: Buffer.from('caf\u00E9 \u65E5\u672C \u{1F600}'),
    headers: type('text/plain'),
    base64: false,
  },
  {
    title: 'UTF-8 text with BOM',
    bytes: Buffer.from('\uFEFFcaf\u00E9'),
    headers: type('text/csv'),
    base64: false,
  },
  { title: 'a BOM alone', bytes: Buffer.from('\uFEFF'), base64: false },
  { title: 'NUL bytes', bytes: bytes('00 41 00'), base64: false },
  {
    title: 'control characters',
    bytes: Buffer.from(Array.from({ length: 32 }, (_, i) => i)),
    base64: false,
  },
  {
    title: 'DEL and C1 controls as UTF-8',
    bytes: Buffer.from('\u007F\u0080\u009F'),
    base64: false,
  },
  { title: 'U+FFFD itself', bytes: Buffer.from('\uFFFD'), base64: false },
  { title: 'noncharacters', bytes: Buffer.from('\uFFFE\uFFFF\u{10FFFF}'), base64: false },
  { title: 'line separators', bytes: Buffer.from('\u2028\u2029'), base64: false },
  { title: 'an overlong slash', bytes: bytes('c0af'), base64: true },
  { title: 'an overlong NUL', bytes: bytes('c080'), base64: true },
  { title: 'a surrogate in UTF-8', bytes: bytes('eda080'), base64: true },
  { title: 'a surrogate pair in CESU-8', bytes: bytes('eda0bdedb880'), base64: true },
  { title: 'beyond U+10FFFF', bytes: bytes('f4908080'), base64: true },
  { title: 'a five-byte form', bytes: bytes('f888808080'), base64: true },
  { title: 'a character cut short', bytes: bytes('41 e697'), base64: true },
  { title: 'a continuation byte alone', bytes: bytes('80'), base64: true },
  { title: 'a character followed by its own tail', bytes: bytes('c3a9 a9'), base64: true },
  {
    title: 'valid text with one wrong byte at its end',
    bytes: Buffer.concat([Buffer.alloc(10_000, 'a'), bytes('ff')]),
    base64: true,
  },
  {
    title: 'gzip without saying so',
    bytes: gzipSync(JSON_TEXT),
    headers: type('application/json'),
    base64: true,
  },
  {
    title: 'gzip',
    bytes: gzipSync(JSON_TEXT),
    headers: { 'Content-Encoding': 'gzip' },
    base64: true,
  },
  {
    title: 'GZIP in capitals',
    bytes: gzipSync(JSON_TEXT),
    headers: { 'CONTENT-ENCODING': 'GZIP' },
    base64: true,
  },
  {
    title: 'brotli',
    bytes: brotliCompressSync(JSON_TEXT),
    headers: { 'content-encoding': 'br' },
    base64: true,
  },
  {
    title: 'deflate',
    bytes: deflateSync(JSON_TEXT),
    headers: { 'Content-Encoding': 'deflate' },
    base64: true,
  },
  {
    title: 'zstd',
    bytes: bytes('28b52ffd 2004 210000 61626364'),
    headers: { 'Content-Encoding': 'zstd' },
    base64: true,
  },
  {
    title: 'two codings',
    bytes: gzipSync(gzipSync(JSON_TEXT)),
    headers: { 'Content-Encoding': 'gzip, gzip' },
    base64: true,
  },
  {
    title: 'an unknown coding whose bytes happen to be text',
    bytes: Buffer.from('abc'),
    headers: { 'Content-Encoding': 'x-own' },
    base64: true,
  },
]

const STRICT_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

describe.each(FRAMES)('under $around the bytes decide between text and base64', ({ wrap }) => {
  it.each(SAMPLES)('for $title', async ({ bytes: sent, headers = {}, base64 }) => {
    const listener = wrap((_req, res) => {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      res.end(sent)
    })
    await expectSameOf(listener)
    for (const mode of MODES) {
      const { result, body } = await throughAdapter(listener, {}, mode)
      expect(result.isBase64Encoded).toBe(base64)
      expect(body.equals(sent)).toBe(true)
      expect(result.body).toBe(sent.toString(base64 ? 'base64' : 'utf8'))
    }
  })
})

describe('every single byte', () => {
  it('arrives, as text below 128 and as base64 from there on', async () => {
    for (let byte = 0; byte < 256; byte++) {
      const { result, body } = await throughAdapter((_req, res) => res.end(Buffer.of(byte)))
      expect([...body]).toEqual([byte])
      expect(result.isBase64Encoded, `byte ${byte}`).toBe(byte >= 128)
    }
  })

  it('arrives after each other as two', async () => {
    const pairs = Buffer.alloc(2 * 65_536)
    for (let pair = 0; pair < 65_536; pair++) pairs.writeUInt16BE(pair, 2 * pair)
    const { body } = await throughAdapter((_req, res) => res.end(pairs))
    expect(body.equals(pairs)).toBe(true)
  })
})

/** A body in the pieces an app may write, with the encoding of each. */
const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
    // Halves of surrogate pairs, too.
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
      .map((units) => String.fromCharCode(...units)),
  ),
  { maxLength: 6 },
)

describe('whatever an app writes', () => {
  it('arrives byte for byte, in strict base64 exactly when it is not UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.constantFrom(...MODES), async (written, mode) => {
        const sent = Buffer.concat(written.map((piece) => Buffer.from(piece as string)))
        const { body, result } = await throughAdapter(
          (_req, res) => {
            for (const piece of written) res.write(piece)
            res.end()
          },
          {},
          mode,
        )
        expect(body.equals(sent)).toBe(true)
        expect(result.isBase64Encoded).toBe(!isUtf8(sent))
        if (result.isBase64Encoded) expect(result.body).toMatch(STRICT_BASE64)
      }),
      { numRuns: 300 },
    )
  })

  it('arrives byte for byte in any content coding', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (written) => {
        const sent = Buffer.concat(written.map((piece) => Buffer.from(piece as string)))
        const { body, result } = await throughAdapter((_req, res) => {
          res.setHeader('Content-Encoding', 'gzip')
          for (const piece of written) res.write(piece)
          res.end()
        })
        expect(body.equals(sent)).toBe(true)
        expect(result.isBase64Encoded).toBe(sent.length > 0)
      }),
      { numRuns: 100 },
    )
  })
})
