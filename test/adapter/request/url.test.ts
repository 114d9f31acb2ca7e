import type { IncomingMessage } from 'node:http'
import type { Request } from 'express'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlbEvent } from 'express-alb'
import { createAlbEvent } from 'express-alb/testing'
import { EXPRESSES_IN_MODES, MODES, type Mode } from '../../helpers/modes.js'
import { lookBothWays, lookThroughAdapter } from '../../helpers/two-ways.js'

const urlOf = (event: AlbEvent): Promise<string | undefined> =>
  lookThroughAdapter(event, (req) => req.url)

/** An event as a person would write it around one path and one query. */
const eventOf = (mode: Mode, path: string, query: Record<string, string> = {}): AlbEvent =>
  mode === 'multi'
    ? {
        httpMethod: 'GET',
        path,
        multiValueQueryStringParameters: Object.fromEntries(
          Object.entries(query).map(([name, value]) => [name, [value]]),
        ),
        multiValueHeaders: { host: ['example.com'] },
      }
    : { httpMethod: 'GET', path, queryStringParameters: query, headers: { host: 'example.com' } }

const mapValues = <T, U>(map: Record<string, T>, to: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, to(value)]))

const KEPT = [
  // Paths
  '/',
  '/a',
  '/a/b/',
  '//x',
  '//evil.example/x',
  '/a//b///c',
  '/%2F/x',
  '/a%2fb',
  '/a%20b',
  '/100%',
  '/%E0%A4%A',
  '/%zz',
  '/a+b',
  '/./a/../b',
  '/%2e%2e/x',
  '/x/%2e%2e/echo',
  '/x;v=1,2',
  "/~u!$&'()*,:@=",
  '/[1]',
  '/__proto__',
  '/%C3%A9',
  '/api:8080/x',
  // Queries
  '/?q=100%',
  '/?q=%E9',
  '/?q=%E0%A4%A',
  '/?q=%zz',
  '/?q=a+b',
  '/?q=a%20b',
  '/?q=a%2Bb',
  '/?q=%2F',
  '/?q=a/b?c',
  '/?q=%252525',
  '/?x=a%26b%3Dc',
  '/?%26a=x',
  '/?a%5B%5D=1',
  '/?a[]=1',
  '/?a[b][c]=1',
  '/?date%5Bfrom%5D=2020-06-18',
  '/?e[]=abc123!%40%23%25',
  '/?t=2020-07-24+09%3A55',
  '/?a=x=y',
  '/?a==',
  '/?a=',
  '/?=v',
  '/?a=1;b=2',
  '/?a;b=1',
  '/?next=https://example.com/a?b=c',
  "/?a='x'&b=(y)&c=~*!",
  '/?__proto__=1',
  '/?__proto__[polluted]=1',
  '/?constructor=1&hasOwnProperty=2&toString=3',
  '/?A=1&a=2',
] as const

/** Queries of which something is lost before Lambda: what is left in single-value mode and in multi-value mode. */
const LOSSY = [
  ['/?a=2&a=1&a=1', '/?a=1', '/?a=2&a=1&a=1'],
  ['/?c[]=b&c[]=r', '/?c[]=r', '/?c[]=b&c[]=r'],
  ['/?a=1&b=2&a=3', '/?a=3&b=2', '/?a=1&a=3&b=2'],
  ['/?b=2&a=1', '/?a=1&b=2', '/?a=1&b=2'],
  ['/?flag', '/?flag=', '/?flag='],
  ['/?', '/', '/'],
  ['/?a=1&&b=2', '/?a=1&b=2', '/?a=1&b=2'],
  ['/?&a=1', '/?a=1', '/?a=1'],
] as const

describe.each(MODES)('req.url in %s-value mode', (mode) => {
  it.each(KEPT)('is %s byte for byte', async (url) => {
    expect(await urlOf(createAlbEvent({ mode, url }))).toBe(url)
  })

  it.each(LOSSY)('has of %s what the load balancer leaves', async (url, single, multi) => {
    expect(await urlOf(createAlbEvent({ mode, url }))).toBe(mode === 'single' ? single : multi)
  })

  it.each([
    [' ', '%20'],
    ['"', '%22'],
    ['<', '%3C'],
    ['>', '%3E'],
    ['\\', '%5C'],
    ['^', '%5E'],
    ['`', '%60'],
    ['{', '%7B'],
    ['|', '%7C'],
    ['}', '%7D'],
    ['\0', '%00'],
    ['\t', '%09'],
    ['\r\n', '%0D%0A'],
    ['\x7f', '%7F'],
    ['é', '%C3%A9'],
    ['€', '%E2%82%AC'],
    ['😀', '%F0%9F%98%80'],
    ['\u0085', '%C2%85'],
    ['\ud800', '%EF%BF%BD'],
  ])(
    'escapes %j, which cannot stand in a request target, in path, key and value',
    async (bad, escaped) => {
      expect(await urlOf(eventOf(mode, `/p${bad}p`, { [`k${bad}k`]: `v${bad}v` }))).toBe(
        `/p${escaped}p?k${escaped}k=v${escaped}v`,
      )
    },
  )

  it('leaves escapes as they are beside what it has to escape', async () => {
    expect(await urlOf(eventOf(mode, '/%2F é', { 'a%5B': '100% "%22' }))).toBe(
      '/%2F%20%C3%A9?a%5B=100%%20%22%22',
    )
  })

  it('has no question mark without a query', async () => {
    expect(await urlOf(eventOf(mode, '/x', {}))).toBe('/x')
  })

  it('keeps any legal path and query as they are', async () => {
    const text = (characters: string): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...characters.split('')), maxLength: 12 })
    const letters = "aZ0%25+~!$'()*,;:@[].-_"
    await fc.assert(
      fc.asyncProperty(
        text(`${letters}/&=`),
        // A name that is an array index would come first in any object; an ALB sorts names.
        fc.uniqueArray(
          fc.tuple(
            text(letters).map((name) => `k${name}`),
            text(`${letters}/?=`),
          ),
          {
            selector: ([name]) => name,
          },
        ),
        async (path, query) => {
          const pairs = query.map(([name, value]) => `${name}=${value}`)
          expect(await urlOf(eventOf(mode, `/${path}`, Object.fromEntries(query)))).toBe(
            `/${path}${pairs.length > 0 ? '?' : ''}${pairs.join('&')}`,
          )
        },
      ),
    )
  })

  it('can always stand in a request line, and escaping it again changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), {
          noNullPrototype: true,
        }),
        async (path, query) => {
          const url = (await urlOf(eventOf(mode, `/${path.replaceAll('?', '')}`, query))) ?? ''
          expect(url).toMatch(/^\/[!#-;=?-[\]_a-z~]*$/)
          const [again = ''] = url.split('?', 1)
          expect(await urlOf(eventOf(mode, again))).toBe(again)
        },
      ),
    )
  })

  it('is rebuilt afresh each time the same event is delivered', async () => {
    const event = createAlbEvent({ mode, url: '/%2525?q=%2525' })
    expect(await urlOf(event)).toBe('/%2525?q=%2525')
    expect(await urlOf(event)).toBe('/%2525?q=%2525')
  })
})

describe('req.url of events written by hand', () => {
  it.each([undefined, null])('has no query when the maps are %s', async (query) => {
    const event = {
      httpMethod: 'GET',
      path: '/x',
      queryStringParameters: query,
      multiValueQueryStringParameters: query,
    } as AlbEvent
    expect(await urlOf(event)).toBe('/x')
  })

  it('has each value of an array inside queryStringParameters', async () => {
    const queryStringParameters = { a: ['foo', 'bar'], b: [], c: 'x' }
    expect(await urlOf({ httpMethod: 'GET', path: '/', queryStringParameters })).toBe(
      '/?a=foo&a=bar&c=x',
    )
  })

  it('has a plain string inside multiValueQueryStringParameters', async () => {
    const multiValueQueryStringParameters = { a: 'foo', b: ['1', '2'] }
    expect(await urlOf({ httpMethod: 'GET', path: '/', multiValueQueryStringParameters })).toBe(
      '/?a=foo&b=1&b=2',
    )
  })

  it('has the query whichever of its two fields stands beside the headers', async () => {
    expect(
      await urlOf({
        httpMethod: 'GET',
        path: '/',
        queryStringParameters: { a: '1' },
        multiValueHeaders: { host: ['x'] },
      }),
    ).toBe('/?a=1')
    expect(
      await urlOf({
        httpMethod: 'GET',
        path: '/',
        multiValueQueryStringParameters: { a: ['1', '2'] },
        headers: { host: 'x' },
      }),
    ).toBe('/?a=1&a=2')
  })

  it('is * for OPTIONS *', async () => {
    expect(await urlOf({ httpMethod: 'OPTIONS', path: '*' })).toBe('*')
  })

  it('is the absolute form of a request to a proxy', async () => {
    const path = 'http://example.com/x'
    expect(await urlOf({ httpMethod: 'GET', path })).toBe(path)
  })
})

describe('req.method', () => {
  it.each(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'M-SEARCH', 'QUERY', 'get', 'Post', 'x!#$'])(
    'is %s letter for letter',
    async (method) => {
      expect(await lookThroughAdapter(createAlbEvent({ method }), (req) => req.method)).toBe(method)
    },
  )
})

describe.each(EXPRESSES_IN_MODES)('$name in $mode-value mode', ({ express, mode }) => {
  it('reads path and query as on a real server', async () => {
    const look = (message: IncomingMessage): unknown => {
      const { path, query, originalUrl, url, baseUrl } = message as Request
      return { path, query: { ...query }, originalUrl, url, baseUrl }
    }
    const seen: Record<string, { adapter: unknown; target: unknown }> = {}
    for (const url of [...KEPT, ...LOSSY.map(([lossy]) => lossy)]) {
      const event = createAlbEvent({ mode, url })
      seen[url] = await lookBothWays(event, look, { around: (last) => express().use(last) })
    }
    expect(mapValues(seen, (one) => one.adapter)).toEqual(mapValues(seen, (one) => one.target))
  })

  it.each(['simple', 'extended'])(
    'reads the query as on a real server with the %s parser',
    async (parser) => {
      const url = '/?a[b]=1&a[c]=%E9&d=x+y&d=z%20&__proto__[x]=1&e=100%'
      const { adapter, target } = await lookBothWays(
        createAlbEvent({ mode, url }),
        (req) => ({ ...(req as Request).query }),
        { around: (last) => express().set('query parser', parser).use(last) },
      )
      expect(adapter).toEqual(target)
      expect(({} as { x?: unknown }).x).toBe(undefined)
    },
  )

  it('decodes route parameters once', async () => {
    const look = (url: string): Promise<unknown> =>
      lookThroughAdapter(createAlbEvent({ mode, url }), (req) => (req as Request).params, {
        around: (last) => express().get('/files/:name', last),
      })
    expect(await look('/files/a%2Fb')).toEqual({ name: 'a/b' })
    expect(await look('/files/100%25')).toEqual({ name: '100%' })
    expect(await look('/files/a+b%2520')).toEqual({ name: 'a+b%20' })
  })
})
