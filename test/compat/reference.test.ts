import type { IncomingMessage, RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type AlbEvent, createHandler } from '../../bench/compat/reference.mjs'

const context = { getRemainingTimeInMillis: () => 5000 }

const single = (changes: Partial<AlbEvent> = {}): AlbEvent => ({
  httpMethod: 'GET',
  path: '/',
  queryStringParameters: {},
  headers: {},
  body: '',
  isBase64Encoded: false,
  ...changes,
})

const multi = (changes: Partial<AlbEvent> = {}): AlbEvent => {
  const { headers: _, queryStringParameters: __, ...event } = single()
  return { ...event, multiValueHeaders: {}, multiValueQueryStringParameters: {}, ...changes }
}

/** What the app sees of an event. */
async function seen<Value>(
  event: AlbEvent,
  look: (req: IncomingMessage) => Value | Promise<Value>,
): Promise<Value> {
  return await new Promise((resolve, reject) => {
    const handler = createHandler((req, res) => {
      void Promise.resolve(look(req))
        .then(resolve, reject)
        .then(() => res.end())
    })
    handler(event, context).catch(reject)
  })
}

const answer = async (listener: RequestListener, event = single()) =>
  await createHandler(listener)(event, context)

describe('the request of the reference', () => {
  it('has the target as the load balancer split it, nothing decoded or encoded', async () => {
    const query = { 'a%20b': '%zz', c: 'x+y', 'd[]': '' }
    const path = '/p%2Fq//.'
    const url = ({ url: target }: IncomingMessage): string | undefined => target
    expect(await seen(single({ path, queryStringParameters: query }), url)).toBe(
      `${path}?a%20b=%zz&c=x+y&d[]=`,
    )
    const lists = { a: ['1', '2'], b: [''] }
    expect(await seen(multi({ path: '/x', multiValueQueryStringParameters: lists }), url)).toBe(
      '/x?a=1&a=2&b=',
    )
    expect(await seen(single({ path: '/x' }), url)).toBe('/x')
  })

  it('has the fields of the event, and none that Node would add', async () => {
    const raw = (req: IncomingMessage): string[] => req.rawHeaders
    expect(await seen(single({ headers: { host: 'a', 'x-b': 'é' } }), raw)).toEqual([
      'host',
      'a',
      'x-b',
      Buffer.from('é').toString('latin1'),
    ])
    const lists = { host: ['a'], 'x-two': ['1', '2'] }
    expect(await seen(multi({ multiValueHeaders: lists }), raw)).toEqual([
      'host',
      'a',
      'x-two',
      '1',
      'x-two',
      '2',
    ])
  })

  it('has the body, with a length also when it came chunked, and none without a body', async () => {
    const read = async (req: IncomingMessage) => ({
      length: req.headers['content-length'],
      framing: req.headers['transfer-encoding'],
      body: Buffer.concat(await req.toArray()).toString('hex'),
    })
    const post = { httpMethod: 'POST', headers: { host: 'a' } }
    expect(await seen(single({ ...post, body: '/wA=', isBase64Encoded: true }), read)).toEqual({
      length: '2',
      framing: undefined,
      body: 'ff00',
    })
    expect(await seen(single({ ...post, body: 'é' }), read)).toMatchObject({ length: '2' })
    expect(await seen(single(post), read)).toMatchObject({ length: '0', framing: undefined })
    expect(await seen(single({ headers: { host: 'a' } }), read)).toEqual({
      length: undefined,
      framing: undefined,
      body: '',
    })
  })

  it('comes over a connection from this machine', async () => {
    const peer = (req: IncomingMessage): string | undefined => req.socket.remoteAddress
    expect(await seen(single({ headers: { host: 'a' } }), peer)).toMatch(
      /^(?:::ffff:)?127\.0\.0\.1$/,
    )
  })
})

describe('the result of the reference', () => {
  it('has names as written, values of one name together, and nothing of the connection', async () => {
    const listener: RequestListener = (_req, res) => {
      res.sendDate = false
      res.writeHead(201, 'Made', [
        ['X-Two', '1'],
        ['x-two', '2'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Connection', 'close'],
      ])
      res.end('é')
    }
    expect(await answer(listener)).toEqual({
      statusCode: 201,
      statusDescription: '201 Made',
      headers: { 'X-Two': '1, 2', 'set-cookie': 'a=1', 'Set-cookie': 'b=2' },
      body: 'é',
      isBase64Encoded: false,
    })
    expect(await answer(listener, multi())).toMatchObject({
      multiValueHeaders: { 'X-Two': ['1', '2'], 'Set-Cookie': ['a=1', 'b=2'] },
    })
  })

  it.each([
    ['is no UTF-8', {}, Buffer.from([0xff])],
    ['is encoded', { 'content-encoding': 'identity' }, Buffer.from('text')],
  ])('has a body in base64 that %s', async (_, headers, body) => {
    const listener: RequestListener = (_req, res) => res.writeHead(200, headers).end(body)
    expect(await answer(listener)).toMatchObject({
      body: body.toString('base64'),
      isBase64Encoded: true,
    })
  })

  it('is none when the app closes the connection, or never answers', async () => {
    await expect(answer((req) => req.socket.destroy())).rejects.toThrow('socket hang up')
    const late = { getRemainingTimeInMillis: () => 50 }
    await expect(createHandler(() => undefined)(single(), late)).rejects.toThrow('aborted')
  })
})
