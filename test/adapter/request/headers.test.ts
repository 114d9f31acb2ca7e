import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlbEvent } from 'express-alb'
import { createAlbEvent } from 'express-alb/testing'
import { MODES } from '../../helpers/modes.js'
import { lookBothWays, lookThroughAdapter } from '../../helpers/two-ways.js'

const multi = (multiValueHeaders: Record<string, string[]>, method = 'GET'): AlbEvent => ({
  httpMethod: method,
  path: '/',
  multiValueQueryStringParameters: {},
  multiValueHeaders,
  body: '',
  isBase64Encoded: false,
})

const single = (headers: Record<string, string>, method = 'GET'): AlbEvent => ({
  httpMethod: method,
  path: '/',
  queryStringParameters: {},
  headers,
  body: '',
  isBase64Encoded: false,
})

/** Everything that Node says about header fields; as entries, which a field `__proto__` cannot hide in. */
const fieldsOf = (req: IncomingMessage): Record<string, unknown> => ({
  headers: Object.entries(req.headers),
  headersDistinct: Object.entries(req.headersDistinct),
  rawHeaders: req.rawHeaders,
  trailers: Object.entries(req.trailers),
  trailersDistinct: Object.entries(req.trailersDistinct),
  rawTrailers: req.rawTrailers,
  prototypes: [req.headers, req.headersDistinct].map(
    (map) => Object.getPrototypeOf(map) as unknown,
  ),
})

/** `host` and a field named `__proto__`, which only JSON makes a member like any other. */
const withProto = (...values: string[]): Record<string, string[]> =>
  JSON.parse(`{"__proto__":${JSON.stringify(values)},"host":["x"]}`) as Record<string, string[]>

// Of these Node keeps the first: lib/_http_incoming.js, matchKnownFields.
const FIRST_WINS = [
  'age',
  'authorization',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]

describe('header fields in multi-value mode', () => {
  it('joins the cookie lines of a client that splits them with "; "', async () => {
    const event = createAlbEvent({ mode: 'multi', headers: { cookie: ['a=1', 'b=2; c=3'] } })
    expect(await lookThroughAdapter(event, (req) => req.headers.cookie)).toBe('a=1; b=2; c=3')
  })

  it('joins repeated fields with ", "', async () => {
    const event = createAlbEvent({
      mode: 'multi',
      headers: { accept: ['text/html', 'text/plain'], 'x-two': ['first', 'second, third'] },
    })
    expect(
      await lookThroughAdapter(event, ({ headers }) => [headers.accept, headers['x-two']]),
    ).toEqual(['text/html, text/plain', 'first, second, third'])
  })

  it('keeps the first of two user agents and content types', async () => {
    const event = createAlbEvent({
      mode: 'multi',
      headers: { 'user-agent': ['one', 'two'], 'content-type': ['text/plain', 'text/html'] },
    })
    expect(
      await lookThroughAdapter(event, ({ headers }) => [
        headers['user-agent'],
        headers['content-type'],
      ]),
    ).toEqual(['one', 'text/plain'])
  })

  it.each([
    ['one value of each', { host: ['x'], accept: ['a, b'], 'x-one': ['1'] }],
    ['a repeated cookie', { host: ['x'], cookie: ['a=1', 'b=2', 'c=3'] }],
    ['a repeated list', { host: ['x'], accept: ['text/html', 'a/b;q=0.1, c/d'] }],
    ['a repeated field of no standard', { host: ['x'], 'x-two': ['2', '1', '2'] }],
    ['x-forwarded-for on two lines', { host: ['x'], 'x-forwarded-for': ['1.1.1.1', '2.2.2.2'] }],
    ['set-cookie in a request', { host: ['x'], 'set-cookie': ['a=1', 'b=2'] }],
    ['one set-cookie in a request', { host: ['x'], 'set-cookie': ['a=1'] }],
    ['empty values', { host: ['x'], 'x-empty': [''], 'x-two': ['', 'a', ''], cookie: [''] }],
    ['no value at all', { host: ['x'], 'x-none': [], cookie: [] }],
    ['names of object members', { host: ['x'], constructor: ['a'], 'x-z': ['1'], valueof: ['b'] }],
    ['repeated names of object members', { host: ['x'], constructor: ['a', 'b'] }],
    ['__proto__', withProto('a')],
    ['__proto__ twice', withProto('a', 'b')],
    ['names that are numbers', { host: ['x'], 12: ['a'], 3: ['b', 'c'] }],
    ['all token characters', { host: ['x'], "!#$%&'*+-.^_`|~09az": ['1', '2'] }],
    ['UTF-8 in values', { host: ['x'], 'x-name': ['é€😀', 'plain'], 'x-one': ['ä'] }],
    ['UTF-8 in a cookie', { host: ['x'], cookie: ['name=é', 'b=ü'] }],
    ['quotes, commas and semicolons', { host: ['x'], 'if-none-match': ['"a,b"', 'W/"c;d"'] }],
    ['no fields but host', { host: ['x'] }],
    ['no fields', {}],
    ['two traces', { host: ['x'], 'x-amzn-trace-id': ['Root=1-2-3', 'Self=4'] }],
    ['two origins', { host: ['x'], origin: ['https://a.example', 'https://b.example'] }],
    ['two dates', { host: ['x'], date: ['Thu, 01 Jan 1970 00:00:00 GMT', 'x'] }],
    ['two access-control fields', { host: ['x'], 'access-control-request-headers': ['a', 'b'] }],
    ...FIRST_WINS.map((name): [string, Record<string, string[]>] => [
      `two ${name} fields`,
      { ...(name === 'host' ? {} : { host: ['x'] }), [name]: ['first', 'second'] },
    ]),
  ] as [string, Record<string, string[]>][])(
    'are those of a real server for %s',
    async (_name, headers) => {
      const { adapter, target } = await lookBothWays(multi(headers), fieldsOf)
      expect(adapter).toEqual(target)
    },
  )

  it('are those of a real server, whatever names and values come', async () => {
    // Fields that steer Node's server itself, and not just what it says, stay out.
    const STEERING = new Set([
      'connection',
      'content-length',
      'expect',
      'host',
      'transfer-encoding',
    ])
    const token = 'abcxyz019-_.!~'.split('')
    const name = fc
      .oneof(
        fc.constantFrom(...FIRST_WINS, 'cookie', 'set-cookie', 'accept', 'via', 'x-y', 'upgrade'),
        fc.string({ unit: fc.constantFrom(...token), minLength: 1, maxLength: 8 }),
      )
      .filter((one) => !STEERING.has(one))
    const value = fc
      .string({ unit: fc.constantFrom(...'aZ0 ,;="é€'.split('')), maxLength: 6 })
      .map((text) => text.trim())
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, fc.array(value, { minLength: 1, maxLength: 3 }), {
          noNullPrototype: true,
        }),
        async (fields) => {
          const { adapter, target } = await lookBothWays(
            multi({ host: ['x'], ...fields }),
            fieldsOf,
          )
          expect(adapter).toEqual(target)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('header fields in single-value mode', () => {
  it.each([
    [
      'a browser',
      { accept: 'text/html, */*;q=0.8', cookie: 'a=1; b=2', host: 'x', te: 'trailers' },
    ],
    ['set-cookie in a request', { host: 'x', 'set-cookie': 'a=1' }],
    ['empty values', { cookie: '', host: 'x', 'x-empty': '' }],
    ['UTF-8 in values', { host: 'x', 'x-name': 'é€😀' }],
    ['names of object members', { constructor: 'a', host: 'x', tostring: 'b' }],
    ['__proto__', JSON.parse('{"__proto__":"a","host":"x"}')],
    ['names that are numbers', { 7: 'a', host: 'x' }],
    ['no fields', {}],
  ] as [string, Record<string, string>][])(
    'are those of a real server for %s',
    async (_name, headers) => {
      const { adapter, target } = await lookBothWays(single(headers), fieldsOf)
      expect(adapter).toEqual(target)
    },
  )
})

describe('header fields of events written by hand', () => {
  const HAND_WRITTEN: [string, AlbEvent][] = [
    [
      'names in mixed case',
      single({ Host: 'x', 'Content-Type': 'text/plain', 'X-Custom': '1', Cookie: 'a=1' }),
    ],
    [
      'one name in two cases',
      single({ Host: 'x', 'X-Two': '1', 'x-two': '2', 'User-Agent': 'one', 'user-agent': 'two' }),
    ],
    ['cookies in two cases', single({ host: 'x', Cookie: 'a=1', cookie: 'b=2' })],
    [
      'names in mixed case, multi-value',
      multi({ Host: ['x'], 'X-Two': ['1', '2'], Cookie: ['a', 'b'] }),
    ],
    [
      'arrays inside headers',
      {
        httpMethod: 'GET',
        path: '/',
        headers: { host: ['x'], name: ['foo', 'bar'], cookie: ['a', 'b'] },
      },
    ],
    [
      'strings inside multiValueHeaders',
      { httpMethod: 'GET', path: '/', multiValueHeaders: { host: 'x', name: 'foo', cookie: 'a' } },
    ],
    ['no headers', { httpMethod: 'GET', path: '/' }],
    ['null headers', { httpMethod: 'GET', path: '/', headers: null, multiValueHeaders: null }],
  ]

  it.each(HAND_WRITTEN)('are those of a real server for %s', async (_name, event) => {
    const { adapter, target } = await lookBothWays(event, fieldsOf)
    expect(adapter).toEqual(target)
  })
})

describe.each(MODES)('header fields in %s-value mode', (mode) => {
  it('hold UTF-8 as Node reads it off a connection: one character for each byte', async () => {
    const event = createAlbEvent({ mode, headers: { 'x-name': 'é€' } })
    const value = await lookThroughAdapter(event, (req) => req.headers['x-name'])
    expect(value).toBe('\u00c3\u00a9\u00e2\u0082\u00ac')
    expect(Buffer.from(String(value), 'latin1').toString('utf8')).toBe('é€')
  })

  it('leave the trace id of the load balancer as it is', async () => {
    const trace = 'Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678'
    const event = createAlbEvent({ mode, headers: { 'x-amzn-trace-id': trace } })
    const map: Record<string, unknown> = event.headers ?? event.multiValueHeaders ?? {}
    const sent = [map['x-amzn-trace-id']].flat()[0]
    expect(await lookThroughAdapter(event, (req) => req.headers['x-amzn-trace-id'])).toBe(sent)
  })

  it('have nothing in them that the event has not', async () => {
    const event = createAlbEvent({ mode, headers: { accept: '*/*' } })
    const names = Object.keys(event.headers ?? event.multiValueHeaders ?? {})
    expect(await lookThroughAdapter(event, (req) => Object.keys(req.headers))).toEqual(names)
  })

  it.each([98, 99, 100, 129, 400])(
    'are those of a real server when there are %i',
    async (count) => {
      const fields = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`x-${index}`, index % 7 === 0 ? 'é' : 'v']),
      )
      const event = createAlbEvent({ mode, headers: fields })
      const before = structuredClone(event)
      const { adapter, target } = await lookBothWays(event, fieldsOf)
      expect(adapter).toEqual(target)
      expect(Object.keys(adapter['headers'] as object).length).toBeGreaterThanOrEqual(count)
      expect(event).toEqual(before)
    },
  )

  it('can be changed by the app without a trace in the event', async () => {
    const event = createAlbEvent({ mode, headers: { accept: '*/*' } })
    const before = structuredClone(event)
    await lookThroughAdapter(event, (req) => {
      req.headers.accept = 'changed'
      req.headers['x-added'] = 'added'
      delete req.headers.host
      req.rawHeaders.length = 0
    })
    expect(event).toEqual(before)
    expect(await lookThroughAdapter(event, (req) => req.headers.accept)).toBe('*/*')
  })
})
