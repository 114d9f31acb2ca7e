// Response bodies: never a changed byte, whatever the type says.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import * as zlib from 'node:zlib'
import compression from 'compression'
import { createApp, sends, serves } from '../apps.mjs'
import { AS_NODE } from '../vector.mjs'

/** @typedef {import('../vector.mjs').Vector} Vector */

const FORM = 'contract 5.1, A16 (AWS: isBase64Encoded); peers A2'
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const PDF = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')
const ZIP = Buffer.from('504b0304140000000800a1b2c3d4', 'hex')
const WOFF2 = Buffer.from('774f46320001000000ff80fe', 'hex')
const TEXT = 'Grüße, 世界 👋\r\n\0\t"\\'
const LATIN1 = Buffer.from('Grüße', 'latin1')
const LARGE = Buffer.alloc(600_000, ALL_BYTES)

/** @type {Vector[]} */
export const bytes = [
  typed('text', 'text/plain; charset=utf-8', Buffer.from(TEXT)),
  typed('html', 'text/html', Buffer.from(`<p>${TEXT}</p>`)),
  typed('json', 'application/json', Buffer.from(JSON.stringify({ TEXT }))),
  typed('vendor-json', 'application/problem+json', Buffer.from(JSON.stringify({ TEXT }))),
  typed('svg', 'image/svg+xml', Buffer.from(`<svg>${TEXT.slice(0, 5)}</svg>`)),
  typed('javascript', 'text/javascript', Buffer.from(`'${TEXT}'`)),
  typed('event-stream', 'text/event-stream', Buffer.from(`data: ${TEXT.slice(0, 5)}\n\n`)),
  typed('byte-order-mark', 'text/csv; charset=utf-8', Buffer.from('\ufeffa,b')),
  typed('empty', 'text/plain', Buffer.alloc(0)),
  typed('png', 'image/png', PNG),
  typed('pdf', 'application/pdf', PDF),
  typed('zip', 'application/zip', ZIP),
  typed('woff2', 'font/woff2', WOFF2),
  typed('octet-stream', 'application/octet-stream', ALL_BYTES),
  typed('protobuf', 'application/x-protobuf', ALL_BYTES),
  typed('mixed', 'multipart/mixed; boundary=x', Buffer.concat([Buffer.from('--x\r\n\r\n'), PNG])),
  typed('wasm', 'application/wasm', Buffer.from('0061736d01000000ff', 'hex')),
  typed('mp4', 'video/mp4', ALL_BYTES),
  typed('no-type-bytes', undefined, ALL_BYTES),
  typed('no-type-text', undefined, Buffer.from(TEXT)),
  typed('latin1', 'text/csv; charset=iso-8859-1', LATIN1),
  typed('latin1-undeclared', 'text/plain', LATIN1),
  typed('utf16', 'text/plain; charset=utf-16le', Buffer.from(TEXT, 'utf16le')),
  typed('text-that-is-not', 'text/plain', ALL_BYTES),
  typed('json-that-is-not', 'application/json', Buffer.from([0x22, 0xff, 0x22])),
  typed('large-binary', 'image/jpeg', LARGE),
  encoded('gzip', 'gzip', gzipSync(TEXT)),
  encoded('gzip-upper-case', 'GZIP', gzipSync(TEXT)),
  encoded('deflate', 'deflate', deflateSync(TEXT)),
  encoded('brotli', 'br', brotliCompressSync(TEXT)),
  encoded('zstd', 'zstd', Buffer.from('28b52ffd0400690000686579206865796c0a', 'hex')),
  encoded('aws-chunked', 'x-own', ALL_BYTES),
  encoded('identity', 'identity', Buffer.from(TEXT)),
  compressed('gzip', (body) => zlib.gunzipSync(body)),
  compressed('br', (body) => zlib.brotliDecompressSync(body)),
  {
    id: 'bytes-cut-character',
    claim: 'a character written in two pieces arrives whole',
    source: 'Node: response.write takes bytes',
    standing: 'documented',
    app: serves((_req, res) => {
      const bytes4 = Buffer.from('👋')
      res.setHeader('Content-Type', 'text/plain')
      res.write(bytes4.subarray(0, 1))
      res.write(bytes4.subarray(1, 3))
      res.end(bytes4.subarray(3))
    }),
    answer: { status: 200, text: '👋' },
  },
  {
    id: 'bytes-mixed-writes',
    claim: 'strings and bytes written in turn arrive in turn',
    source: 'Node: response.write',
    standing: 'documented',
    app: serves((_req, res) => {
      res.setHeader('Content-Type', 'application/octet-stream')
      res.write('é')
      res.write(ALL_BYTES)
      res.write(new Uint8Array([1, 2]))
      res.end('ü')
    }),
    answer: {
      base64: Buffer.concat([
        Buffer.from('é'),
        ALL_BYTES,
        Buffer.from([1, 2]),
        Buffer.from('ü'),
      ]).toString('base64'),
    },
  },
  {
    id: 'bytes-express-send',
    claim: 'res.send() of a buffer sends its bytes',
    source: 'Express: res.send',
    standing: 'documented',
    app: () => createApp().get('/', (_req, res) => void res.send(ALL_BYTES)),
    answer: { status: 200, headers: AS_NODE, base64: ALL_BYTES.toString('base64') },
  },
  {
    id: 'bytes-lone-surrogate',
    claim: 'half a surrogate pair becomes what Node makes of it',
    source: 'Node: strings are written as UTF-8; the result is JSON',
    standing: 'documented',
    app: sends({ 'Content-Type': 'text/plain' }, 'a\ud83db'),
    answer: { status: 200, base64: AS_NODE },
  },
]

/** @param {string} id @param {string | undefined} type @param {Buffer} body @returns {Vector} */
function typed(id, type, body) {
  return {
    id: `bytes-${id}`,
    claim: `a body ${type === undefined ? 'without a type' : `of ${type}`} arrives unchanged`,
    source: FORM,
    standing: 'documented',
    app: sends(type === undefined ? {} : { 'Content-Type': type }, body),
    answer: { status: 200, headers: { 'content-type': type }, base64: body.toString('base64') },
  }
}

/** @param {string} id @param {string} coding @param {Buffer} body @returns {Vector} */
function encoded(id, coding, body) {
  return {
    id: `bytes-${id}`,
    claim: `a body with content-encoding ${coding} arrives unchanged`,
    source: 'contract 5.2 (a compressed body must be base64); peers A2',
    standing: 'inferred',
    app: sends({ 'Content-Type': 'text/html', 'Content-Encoding': coding }, body),
    answer: {
      status: 200,
      headers: { 'content-encoding': coding },
      base64: body.toString('base64'),
    },
  }
}

/** @param {string} coding @param {(body: Buffer) => Buffer} decode @returns {Vector} */
function compressed(coding, decode) {
  const text = TEXT.repeat(200)
  return {
    id: `compression-${coding}`,
    claim: `what the compression middleware makes with ${coding} can be decoded`,
    source: 'compression; peers B7, 5',
    standing: 'documented',
    request: { headers: [['accept-encoding', coding]] },
    app: () => createApp().use(compression(), (_req, res) => void res.type('html').send(text)),
    answer: {
      status: 200,
      headers: { 'content-encoding': coding, vary: 'Accept-Encoding' },
      base64: {
        what: 'the text, compressed',
        test: (/** @type {unknown} */ base64) => decodes(String(base64), decode, text),
      },
    },
  }
}

/** @param {string} base64 @param {(body: Buffer) => Buffer} decode @param {string} text */
function decodes(base64, decode, text) {
  try {
    return decode(Buffer.from(base64, 'base64')).toString() === text
  } catch {
    return false
  }
}
