// The requests that an app is sent.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** What a request looks like in a case: plain data. @typedef {{ method: string, path: string, query: string, headers: [string, string][], body: string, chunked: boolean }} Sent */

const BOUNDARY = 'x-boundary'
const FORM = [
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n`,
  `Content-Type: text/plain\r\n\r\nfile\r\n--${BOUNDARY}--\r\n`,
].join('')

/** By name: type, further fields and bytes. @type {Readonly<Record<string, { type?: string, coding?: string, bytes: Buffer }>>} */
const BODIES = {
  none: { bytes: Buffer.alloc(0) },
  json: { type: 'application/json', bytes: Buffer.from('{"a":[1,"\u00E9"],"b":null}') },
  'long json': { type: 'application/json', bytes: Buffer.from(`{"a":"${'x'.repeat(5000)}"}`) },
  'broken json': { type: 'application/json; charset=utf-8', bytes: Buffer.from('{"a":') },
  'gzip json': { type: 'application/json', coding: 'gzip', bytes: gzipSync('{"zipped":true}') },
  form: { type: 'application/x-www-form-urlencoded', bytes: Buffer.from('a=1&b[]=2&b[]=%C3%A9+x') },
  multipart: { type: `multipart/form-data; boundary=${BOUNDARY}`, bytes: Buffer.from(FORM) },
  'broken multipart': {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    bytes: Buffer.from(FORM.slice(0, 90)),
  },
  text: { type: 'text/plain', bytes: Buffer.from('plain text') },
  binary: { type: 'application/octet-stream', bytes: Buffer.from([0, 255, 10, 13, 128]) },
  'many bytes': { type: 'application/octet-stream', bytes: Buffer.alloc(30_000, '\u00E9') },
  'no type': { bytes: Buffer.from('?') },
}

const field = fc.oneof(
  fc.tuple(fc.constant('Accept'), fc.constantFrom('*/*', 'text/html', 'application/json;q=0.5')),
  fc.tuple(fc.constant('Accept-Encoding'), fc.constantFrom('gzip', 'br, gzip', 'identity', '')),
  fc.tuple(fc.constant('Cookie'), fc.constantFrom('a=1; b=%22x%22', 'views=e30=; views.sig=no')),
  fc.tuple(fc.constant('Origin'), fc.constantFrom('https://a.example', 'null')),
  fc.tuple(fc.constant('If-None-Match'), fc.constantFrom('*', 'W/"5-x"', '"a"')),
  fc.tuple(fc.constant('If-Modified-Since'), fc.constant('Fri, 01 Jan 2100 00:00:00 GMT')),
  fc.tuple(
    fc.constant('Range'),
    fc.constantFrom('bytes=0-3', 'bytes=-2', 'bytes=0-0,2-3', 'bytes=9999999-', 'lines=1'),
  ),
  fc.tuple(fc.constant('X-HTTP-Method-Override'), fc.constantFrom('PUT', 'delete')),
  fc.tuple(fc.constant('X-Forwarded-For'), fc.constantFrom('198.51.100.1', '2001:db8::1')),
  fc.tuple(fc.constant('X-Forwarded-Host'), fc.constant('other.example')),
  fc.tuple(fc.constant('X-Requested-With'), fc.constant('XMLHttpRequest')),
  fc.tuple(fc.constant('Connection'), fc.constantFrom('close', 'keep-alive')),
  fc.tuple(fc.constant('Access-Control-Request-Method'), fc.constant('PUT')),
  fc.tuple(fc.constantFrom('X-Twice', 'x-twice'), fc.constantFrom('1', '2', '\u00C3\u00A9')),
)

/** @type {fc.Arbitrary<Sent>} */
export const anySent = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PURGE'),
  path: fc.constantFrom(
    '/',
    '/',
    '/item/7',
    '/item/%20x',
    '/page.html',
    '/old',
    '/sub',
    '/%zz',
    '//',
  ),
  query: fc.constantFrom('', '', '?a=1&b[]=2&a=3', '?callback=cb', '?q=a+b%20c&__proto__=x', '?&'),
  headers: fc.array(field, { maxLength: 5 }),
  body: fc.constantFrom(...Object.keys(BODIES)),
  chunked: fc.boolean(),
})

/**
 * @param {Sent} sent
 * @returns {import('./message.mjs').Request}
 */
export function toRequest({ method, path, query, headers, body, chunked }) {
  const { type, coding, bytes } = BODIES[body] ?? { bytes: Buffer.alloc(0) }
  /** @type {[string, string][]} */
  const fields = [['Host', 'shop.example.com'], ...headers]
  if (type !== undefined) fields.push(['Content-Type', type])
  if (coding !== undefined) fields.push(['Content-Encoding', coding])
  if (bytes.length > 0) {
    fields.push(
      chunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(bytes.length)],
    )
  }
  return { method, target: path + query, version: '1.1', headers: fields, body: bytes }
}
