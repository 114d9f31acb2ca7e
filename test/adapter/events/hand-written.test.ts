import { describe, expect, it } from 'vitest'
import type { Request } from 'express'
import { createHandler, type AlbEvent, type AlbResult } from 'express-alb'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'
import { EXPRESSES } from '../../helpers/modes.js'

/** What an app makes of an event, and the form of the result. */
async function see(
  express: (typeof EXPRESSES)[number]['express'],
  event: unknown,
): Promise<{ seen: Record<string, unknown>; result: AlbResult }> {
  const app = express()
  app.use(express.text({ type: () => true }), (req: Request, res) => {
    const { method, originalUrl, query, headers } = req
    res.send({ method, originalUrl, query, headers, body: (req.body as unknown) ?? null })
  })
  const result = await createHandler(app)(event as AlbEvent, createLambdaContext())
  return { seen: JSON.parse(result.body) as Record<string, unknown>, result }
}

describe.each(EXPRESSES)('$name', ({ express }) => {
  it('answers an event of method and path alone', async () => {
    const { seen, result } = await see(express, { httpMethod: 'GET', path: '/x' })
    expect(seen).toMatchObject({ method: 'GET', originalUrl: '/x', query: {}, headers: {} })
    expect([result.statusCode, typeof result.headers, result.multiValueHeaders]).toEqual([
      200,
      'object',
      undefined,
    ])
  })

  it.each([undefined, null])(
    'answers an event whose every optional field is %s',
    async (nothing) => {
      const { seen, result } = await see(express, {
        requestContext: nothing,
        httpMethod: 'POST',
        path: '/x',
        headers: nothing,
        multiValueHeaders: nothing,
        queryStringParameters: nothing,
        multiValueQueryStringParameters: nothing,
        body: nothing,
      })
      expect(seen).toMatchObject({ method: 'POST', originalUrl: '/x', query: {} })
      expect(result.headers).toBeTypeOf('object')
    },
  )

  it('answers an event with an empty requestContext', async () => {
    for (const requestContext of [{}, { elb: null }, { elb: {} }]) {
      const { seen } = await see(express, { requestContext, httpMethod: 'GET', path: '/' })
      expect(seen['method']).toBe('GET')
    }
  })

  it('reads arrays in the maps of single-value mode, and answers in that mode', async () => {
    const { seen, result } = await see(express, {
      httpMethod: 'GET',
      path: '/',
      headers: { name: ['foo', 'bar'], cookie: ['a=1', 'b=2'] },
      queryStringParameters: { name: ['foo', 'bar'], one: ['x'] },
    })
    expect(seen).toMatchObject({
      originalUrl: '/?name=foo&name=bar&one=x',
      query: { name: ['foo', 'bar'], one: 'x' },
      headers: { name: 'foo, bar', cookie: 'a=1; b=2' },
    })
    expect([typeof result.headers, result.multiValueHeaders]).toEqual(['object', undefined])
  })

  it('reads strings in the maps of multi-value mode, and answers in that mode', async () => {
    const { seen, result } = await see(express, {
      httpMethod: 'GET',
      path: '/',
      multiValueHeaders: { name: 'foo' },
      multiValueQueryStringParameters: { name: 'foo' },
    })
    expect(seen).toMatchObject({ originalUrl: '/?name=foo', headers: { name: 'foo' } })
    expect([result.headers, typeof result.multiValueHeaders]).toEqual([undefined, 'object'])
  })

  it('finds header fields however their names are written', async () => {
    const { seen } = await see(express, {
      httpMethod: 'POST',
      path: '/',
      headers: {
        Host: 'Example.com',
        'Content-Type': 'text/plain',
        'Content-Length': '5',
        'X-A': '1',
      },
      body: 'hello',
    })
    expect(seen['body']).toBe('hello')
    expect(seen['headers']).toEqual({
      host: 'Example.com',
      'content-type': 'text/plain',
      'content-length': '5',
      'x-a': '1',
    })
  })

  it.each([
    ['set-cookie', ['a=1'], { 'set-cookie': 'a=1' }],
    ['x-a', '1', { 'X-A': '1' }],
    // Node's own headers have no member of that name, whatever a client sends.
    ['__proto__', undefined, JSON.parse('{"__proto__":"1"}') as Record<string, string>],
  ])('reads %s as Node does also when there is no other field', async (name, value, headers) => {
    let found: unknown
    await createHandler((req, res) => {
      found = Object.getOwnPropertyDescriptor(req.headers, name)?.value
      res.end()
    })({ httpMethod: 'GET', path: '/', headers })
    expect(found).toEqual(value)
  })

  it('follows the multi-value form of an event that has both', async () => {
    const { seen, result } = await see(express, {
      httpMethod: 'GET',
      path: '/',
      headers: { name: 'last' },
      multiValueHeaders: { name: ['first', 'last'] },
      queryStringParameters: { q: '2' },
      multiValueQueryStringParameters: { q: ['1', '2'] },
    })
    expect(seen).toMatchObject({ originalUrl: '/?q=1&q=2', headers: { name: 'first, last' } })
    expect([result.headers, typeof result.multiValueHeaders]).toEqual([undefined, 'object'])
  })

  it('follows the single-value form beside empty multi-value fields of null', async () => {
    const { result } = await see(express, {
      httpMethod: 'GET',
      path: '/',
      headers: { host: 'x' },
      multiValueHeaders: null,
      multiValueQueryStringParameters: null,
    })
    expect([typeof result.headers, result.multiValueHeaders]).toEqual(['object', undefined])
  })

  it('passes over members that no ALB sends', async () => {
    const { seen } = await see(express, {
      ...createAlbEvent({ url: '/x' }),
      unknown: { deep: [1] },
      pathParameters: null,
    })
    expect(seen['originalUrl']).toBe('/x')
  })
})
