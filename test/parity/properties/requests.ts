import fc from 'fast-check'
import type { Fields, Request } from '../../../bench/fuzz/message.mjs'

// Every string here holds one byte in each character, as on the wire.
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1')

const text = (characters: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), maxLength })

const TARGET_PIECES = [
  ...Array.from('aZ0-._~!$\'()*+,;:@/[]"<>\\^`{|}'),
  '%',
  '%2',
  '%2F',
  '%00',
  '%zz',
  '%E2%82%AC',
  '%20',
  '+',
  '//',
  '..',
  bytesOf('é'),
  '\xFF',
]
const path = text(TARGET_PIECES, 12).map((rest) => `/${rest}`)
const queryKey = fc.oneof(
  fc.constantFrom('a', 'b', 'a[]', 'a[b]', '__proto__', 'constructor', '1', '10', '2', 'A', ''),
  text(TARGET_PIECES, 4).map((key) => key.replaceAll('=', '')),
)
const query = fc
  .array(
    fc.oneof(
      fc.tuple(queryKey, text([...TARGET_PIECES, '=', '?'], 6)).map((pair) => pair.join('=')),
      queryKey,
    ),
    { maxLength: 6 },
  )
  .map((pieces) => `?${pieces.join('&')}`)
const target = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.constantFrom('http://Other.example', 'http://other:81') },
    ),
    fc.oneof(
      { weight: 12, arbitrary: path },
      { weight: 1, arbitrary: fc.integer({ min: 200, max: 4000 }).map((n) => `/${'x'.repeat(n)}`) },
    ),
    fc.option(query, { nil: '' }),
  )
  .map((parts) => parts.join(''))

const anyCase = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    name,
    name.toUpperCase(),
    name.replace(/\b./g, (one) => one.toUpperCase()),
  )

const FIELD_NAMES = [
  'accept',
  'accept-encoding',
  'cookie',
  'x-a',
  'x-b',
  'x_under',
  'via',
  'user-agent',
  'if-none-match',
  'range',
  'authorization',
  'origin',
  'x-requested-with',
  'content-encoding',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'forwarded',
  'keep-alive',
  'te',
  'proxy-connection',
  '__proto__',
  'constructor',
  '7',
  "x!#$%&'*+.^`|~",
  'age',
  'from',
  'referer',
  'max-forwards',
  'set-cookie',
  'date',
]
const VALUE_PIECES = [
  ...Array.from('aZ09 ,;="\\/*()<>@[]{}?:%'),
  '\t',
  bytesOf('é'),
  bytesOf('€'),
  bytesOf('😀'),
  'a=1; b=2',
  'gzip, deflate;q=0.5',
]
const fieldValue = fc.oneof(
  { weight: 12, arbitrary: text(VALUE_PIECES, 6).map((value) => value.trim()) },
  // Bytes that are no UTF-8.
  { weight: 1, arbitrary: fc.constantFrom('\xFF', 'caf\xE9') },
)
const address = fc.constantFrom('198.51.100.1', '2001:db8::1', '10.0.0.7, 10.0.0.8', 'unknown', '')

const field = fc
  .constantFrom(...FIELD_NAMES)
  .chain((name) => fc.tuple(anyCase(name), name === 'x-forwarded-for' ? address : fieldValue))

const host = fc.constantFrom('example.com', 'Shop.Example.com', 'example.com:8080', 'a.b.c.example')

const TYPES = [
  'text/plain',
  'text/html; charset=utf-8',
  'application/json',
  'application/javascript',
  'application/xml; charset=latin1',
  'APPLICATION/JSON',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/vnd.api+json',
  '',
]
const body = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.json({ maxDepth: 2 }).map((json) => Buffer.from(json)),
  fc.string({ unit: 'binary', maxLength: 30 }).map((one) => Buffer.from(one)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 1_000, max: 40_000 }).map((length) => Buffer.alloc(length, 'é')),
)

const content = fc.record({
  body,
  type: fc.option(fc.constantFrom(...TYPES), { nil: undefined }),
  chunked: fc.boolean(),
  chunks: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 4 }),
  extension: fc.constantFrom('', ';a', ';a=b', ';q="x y"'),
  trailers: fc.array(fc.tuple(fc.constantFrom('X-Trailer', 'ETag'), fc.constantFrom('1', 'b')), {
    maxLength: 2,
  }),
})

/** Any request that a load balancer must pass on, and those whose bytes it cannot put into an event. */
export const anyRequest: fc.Arbitrary<Request> = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'),
    target,
    version: fc.constantFrom('1.1' as const, '1.1' as const, '1.1' as const, '1.0' as const),
    host,
    fields: fc.array(field, { maxLength: 8 }),
    content: fc.option(content, { nil: undefined }),
  })
  .map(({ method, target: url, version, host: name, fields, content: given }) => {
    const headers: Fields = [['Host', name], ...fields]
    if (given === undefined) return { method, target: url, version, headers, body: Buffer.alloc(0) }
    const { type, chunked, chunks, extension, trailers, body: bytes } = given
    const typed: Fields = type === undefined ? headers : [...headers, ['Content-Type', type]]
    const base = { method, target: url, version, body: bytes }
    // HTTP/1.0 has no chunks.
    if (!chunked || version === '1.0') {
      return { ...base, headers: [...typed, ['Content-Length', String(bytes.length)]] }
    }
    const framed: Fields = [...typed, ['Transfer-Encoding', 'chunked']]
    return { ...base, headers: framed, chunks, extension, trailers }
  })
