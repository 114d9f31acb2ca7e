import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { type AlbOptions, type CreateAlbOptions, createInProcessFunction } from 'local-alb'
import { describe, expect, it } from 'vitest'
import { createCertificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import { MODES, type Mode } from '../../helpers/modes.js'
import type { RawResponse } from '../../helpers/raw-client.js'
import { type AlbEvent, type RunningAlb, toRequest, withAlb } from './alb.js'

const DEFAULT_ARN =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/local/0123456789abcdef'

const TRACE_ID = /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/

interface Vector {
  readonly name: string
  readonly request: Buffer
  readonly options?: AlbOptions
  /** Members of the event; of its header fields those named here, `undefined` for absent ones. */
  readonly single: AlbEvent
  readonly multi: AlbEvent
}

const get = (target: string, ...lines: readonly string[]): Buffer =>
  toRequest([`GET ${target} HTTP/1.1`, 'Host: lb', ...lines])

const post = (body: string | Buffer, ...lines: readonly string[]): Buffer =>
  toRequest(
    ['POST / HTTP/1.1', 'Host: lb', ...lines, `Content-Length: ${Buffer.byteLength(body)}`],
    body,
  )

/** The same members in both forms. */
const both = (members: AlbEvent): Pick<Vector, 'single' | 'multi'> => ({
  single: members,
  multi: members,
})

/** One value for each query parameter or header field, in both forms. */
const query = (map: Record<string, string>): Pick<Vector, 'single' | 'multi'> => ({
  single: { queryStringParameters: map },
  multi: { multiValueQueryStringParameters: toLists(map) },
})
const headers = (map: Record<string, string | undefined>): Pick<Vector, 'single' | 'multi'> => ({
  single: { headers: map },
  multi: { multiValueHeaders: toLists(map) },
})

function toLists(map: Record<string, string | undefined>): Record<string, string[] | undefined> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, value === undefined ? undefined : [value]]),
  )
}

const XFF = get('/', 'X-Forwarded-For: 127.0.0.4')
const ROOT = 'Root=1-67891233-abcdef012345678912345678'

const VECTORS: readonly Vector[] = [
  {
    name: 'R3: a repeated parameter',
    request: get('/?myKey=val1&myKey=val2'),
    single: { queryStringParameters: { myKey: 'val2' } },
    multi: { multiValueQueryStringParameters: { myKey: ['val1', 'val2'] } },
  },
  {
    name: 'R4: an encoded name',
    request: get('/?date%5Bfrom%5D=2020-06-18'),
    ...query({ 'date%5Bfrom%5D': '2020-06-18' }),
  },
  {
    name: 'R5: a raw name, an encoded value',
    request: get('/?e[]=abc123!%40%23%25'),
    ...query({ 'e[]': 'abc123!%40%23%25' }),
  },
  {
    name: 'R6: a plus',
    request: get('/?t=2020-07-24+09%3A55'),
    ...query({ t: '2020-07-24+09%3A55' }),
  },
  { name: 'R7: a broken escape', request: get('/?a=%E0%A4%A'), ...query({ a: '%E0%A4%A' }) },
  { name: 'R9: no value and an empty one', request: get('/?a&b='), ...query({ a: '', b: '' }) },
  {
    name: 'R10: a repeated field',
    request: get('/', 'X-Two: first', 'x-two: second'),
    single: { headers: { 'x-two': 'second' } },
    multi: { multiValueHeaders: { 'x-two': ['first', 'second'] } },
  },
  {
    name: 'R11: repeated cookies',
    request: get('/', 'cookie: name1=value1', 'cookie: name2=value2'),
    single: { headers: { cookie: 'name2=value2' } },
    multi: { multiValueHeaders: { cookie: ['name1=value1', 'name2=value2'] } },
  },
  {
    name: 'R12: X-Forwarded-For, append',
    request: XFF,
    ...headers({ 'x-forwarded-for': '127.0.0.4, 127.0.0.1' }),
  },
  {
    name: 'R12: X-Forwarded-For, preserve',
    request: XFF,
    options: { xForwardedFor: 'preserve' },
    ...headers({ 'x-forwarded-for': '127.0.0.4' }),
  },
  {
    name: 'R12: X-Forwarded-For, remove',
    request: XFF,
    options: { xForwardedFor: 'remove' },
    ...headers({ 'x-forwarded-for': undefined }),
  },
  {
    name: 'R14: the host on port 8080',
    options: { listenerPort: 8080 },
    request: toRequest(['GET / HTTP/1.1', 'Host: example.com']),
    ...headers({ host: 'example.com:8080', 'x-forwarded-port': '8080' }),
  },
  {
    name: 'R15: the host on port 80',
    request: toRequest(['GET / HTTP/1.1', 'Host: Example.com:80']),
    ...headers({ host: 'example.com', 'x-forwarded-port': '80' }),
  },
  {
    name: 'R16: an absolute-form target',
    request: toRequest(['GET http://other/x HTTP/1.1', 'Host: a']),
    single: { path: '/x', headers: { host: 'other' } },
    multi: { path: '/x', multiValueHeaders: { host: ['other'] } },
  },
  {
    name: 'R18: a JSON body',
    request: post('{"n":"é"}', 'Content-Type: application/json; charset=utf-8'),
    ...both({ body: '{"n":"é"}', isBase64Encoded: false }),
  },
  {
    name: 'R19: a form',
    request: post('a=1', 'Content-Type: application/x-www-form-urlencoded'),
    ...both({ body: 'YT0x', isBase64Encoded: true }),
  },
  {
    name: 'R20: a compressed text',
    request: post(Buffer.from([0x1f, 0x8b]), 'Content-Type: text/plain', 'Content-Encoding: gzip'),
    ...both({ body: 'H4s=', isBase64Encoded: true }),
  },
  {
    name: 'R21: a type that ends in +json',
    request: post('{}', 'Content-Type: application/vnd.api+json'),
    ...both({ body: 'e30=', isBase64Encoded: true }),
  },
]

/** A load balancer on "port 80" whose function notes its events and answers 200. */
function withEvents<T>(
  mode: Mode,
  options: CreateAlbOptions,
  run: (alb: RunningAlb, events: AlbEvent[]) => Promise<T>,
): Promise<T> {
  const events: AlbEvent[] = []
  const handler = (event: unknown): object => {
    events.push(event as AlbEvent)
    return { statusCode: 200 }
  }
  const all = { multiValueHeaders: mode === 'multi', listenerPort: 80, ...options }
  return withAlb(handler, all, (alb) => run(alb, events))
}

/** The event of a request that must get through. */
async function eventOf(request: Buffer, mode: Mode, options: AlbOptions = {}): Promise<AlbEvent> {
  return withEvents(mode, options, async (alb, events) => {
    expect((await alb.send(request)).status).toBe(200)
    expect(events).toHaveLength(1)
    return events[0] as AlbEvent
  })
}

/** How a request is answered that must not get through. */
async function refusalOf(
  request: Buffer,
  mode: Mode,
): Promise<{ response: RawResponse; errorReason: string | undefined }> {
  return withEvents(mode, {}, async (alb, events) => {
    const response = await alb.send(request)
    expect(events).toEqual([])
    await expect.poll(() => alb.exchanges).toHaveLength(1)
    return { response, errorReason: alb.exchanges[0]?.refusal?.errorReason }
  })
}

function headersOf(event: AlbEvent | undefined): Record<string, unknown> {
  return (event?.['headers'] ?? event?.['multiValueHeaders']) as Record<string, unknown>
}

describe.each(MODES)('request vectors in %s-value mode', (mode) => {
  const inForm = (value: unknown): unknown => (mode === 'multi' ? [value] : value)

  it.each(VECTORS)('$name', async ({ request, options, ...expected }) => {
    const event = await eventOf(request, mode, options)
    for (const [member, value] of Object.entries(expected[mode])) {
      if (!/headers$/i.test(member)) expect(event[member]).toEqual(value)
      else {
        const map = event[member] as Record<string, unknown>
        for (const [name, held] of Object.entries(value as object)) expect(map[name]).toEqual(held)
      }
    }
  })

  it('R1: curl', async () => {
    const curl = ['GET / HTTP/1.1', 'Host: lb', 'User-Agent: curl/7.84.0', 'Accept: */*']
    const event = await eventOf(toRequest(curl), mode)
    const map = {
      accept: inForm('*/*'),
      host: inForm('lb'),
      'user-agent': inForm('curl/7.84.0'),
      'x-amzn-trace-id': inForm(expect.stringMatching(TRACE_ID)),
      'x-forwarded-for': inForm('127.0.0.1'),
      'x-forwarded-port': inForm('80'),
      'x-forwarded-proto': inForm('http'),
    }
    expect(event).toEqual({
      requestContext: { elb: { targetGroupArn: DEFAULT_ARN } },
      httpMethod: 'GET',
      path: '/',
      ...(mode === 'single'
        ? { queryStringParameters: {}, headers: map }
        : { multiValueQueryStringParameters: {}, multiValueHeaders: map }),
      body: '',
      isBase64Encoded: false,
    })
  })

  it('R2: a browser over HTTP/2', async () => {
    const tls = await createCertificate()
    const options = { tls, listenerPort: 443 }
    const event = await withEvents(mode, options, async (alb, events) => {
      const session = connectHttp2(alb.url, { rejectUnauthorized: false })
      const stream = session.request({
        ':authority': 'Shop.example',
        accept: 'text/html',
        cookie: ['a=1', 'b=2'],
      })
      const [response] = (await once(stream, 'response')) as [Record<string, unknown>]
      expect(response[':status']).toBe(200)
      stream.resume()
      await once(stream, 'close')
      session.close()
      return events[0] as AlbEvent
    })
    expect(event).toMatchObject({ path: '/', body: '', isBase64Encoded: true })
    expect(headersOf(event)).toEqual({
      accept: inForm('text/html'),
      cookie: inForm('a=1; b=2'),
      host: inForm('shop.example'),
      'x-amzn-trace-id': inForm(expect.stringMatching(TRACE_ID)),
      'x-forwarded-for': inForm('127.0.0.1'),
      'x-forwarded-port': inForm('443'),
      'x-forwarded-proto': inForm('https'),
    })
  })

  it('R8: the order of parameters', async () => {
    const event = await eventOf(get('/?b=2&a=1'), mode)
    const map = event['queryStringParameters'] ?? event['multiValueQueryStringParameters']
    expect(Object.entries(map as object)).toEqual([
      ['a', inForm('1')],
      ['b', inForm('2')],
    ])
  })

  it('R13: 31 addresses in X-Forwarded-For', async () => {
    const addresses = (count: number): string =>
      Array.from({ length: count }, (_, index) => `10.0.0.${index}`).join(', ')
    const { response } = await refusalOf(get('/', `X-Forwarded-For: ${addresses(31)}`), mode)
    expect(response.status).toBe(463)
    const event = await eventOf(get('/', `X-Forwarded-For: ${addresses(30)}`), mode)
    expect(headersOf(event)['x-forwarded-for']).toEqual(inForm(`${addresses(30)}, 127.0.0.1`))
  })

  it('R17: a trace', async () => {
    const event = await eventOf(get('/', `X-Amzn-Trace-Id: ${ROOT};CalledFrom=app`), mode)
    const pattern = new RegExp(`^Self=1-[0-9a-f]{8}-[0-9a-f]{24};${ROOT};CalledFrom=app$`)
    expect(headersOf(event)['x-amzn-trace-id']).toEqual(inForm(expect.stringMatching(pattern)))
  })

  it('R22: a text that is not UTF-8', async () => {
    const { response, errorReason } = await refusalOf(
      post(Buffer.from([0xff]), 'Content-Type: text/plain'),
      mode,
    )
    expect([response.status, errorReason]).toEqual([400, 'LambdaBadRequest'])
  })

  it('R23: a body of 1 MB and one byte', async () => {
    const type = 'Content-Type: text/plain'
    const { response, errorReason } = await refusalOf(post('x'.repeat(1_048_577), type), mode)
    expect([response.status, errorReason]).toEqual([413, 'LambdaRequestTooLarge'])
    const chunked = toRequest(
      ['POST / HTTP/1.1', 'Host: lb', 'Transfer-Encoding: chunked'],
      `100001\r\n${'x'.repeat(1_048_577)}\r\n0\r\n\r\n`,
    )
    expect((await refusalOf(chunked, mode)).response.status).toBe(413)
    const event = await eventOf(post('x'.repeat(1_048_576), type), mode)
    expect(event['body']).toHaveLength(1_048_576)
  })

  it('R24: a WebSocket', async () => {
    const { response, errorReason } = await refusalOf(
      get('/', 'Connection: Upgrade', 'Upgrade: websocket'),
      mode,
    )
    expect([response.status, errorReason]).toEqual([400, 'LambdaWebsocketNotSupported'])
    expect(response.headers).toContainEqual(['Connection', 'close'])
  })

  it('R25: Expect: 100-continue', async () => {
    await withEvents(mode, {}, async (alb, events) => {
      const client = await alb.connect()
      const lines = ['Content-Type: text/plain', 'Expect: 100-continue', 'Content-Length: 2']
      client.write(toRequest(['POST / HTTP/1.1', 'Host: lb', ...lines]))
      expect(await client.read()).toMatchObject({ status: 100 })
      expect(events).toEqual([])
      client.write('hi')
      expect(await client.read()).toMatchObject({ status: 200 })
      expect(events).toMatchObject([{ body: 'hi' }])
      expect(headersOf(events[0])).not.toHaveProperty('expect')
      expect(headersOf(events[0])).toHaveProperty('content-length', inForm('2'))
    })
  })

  it('R26: TRACE, and a Transfer-Encoding that is not supported', async () => {
    const trace = await refusalOf(toRequest(['TRACE / HTTP/1.1', 'Host: lb']), mode)
    expect(trace.response.status).toBe(405)
    const coded = await refusalOf(get('/', 'Transfer-Encoding: foo'), mode)
    expect(coded.response.status).toBe(501)
  })

  it('R27: a field of 20,000 bytes', async () => {
    const { response } = await refusalOf(get('/', `X-Long: ${'x'.repeat(20_000)}`), mode)
    expect(response.status).toBe(400)
    expect(response.body).toHaveLength(122)
  })

  it('R28: a health check', async () => {
    const events: unknown[] = []
    const fn = createInProcessFunction((event: unknown) => {
      events.push(event)
      return { statusCode: 200 }
    })
    const arn = DEFAULT_ARN
    const definition = {
      rules: [
        {
          priority: 'default',
          conditions: [],
          action: { type: 'forward', targetGroups: [{ arn, weight: 1 }] },
        },
      ],
      targetGroups: [
        {
          arn,
          name: 'checked',
          type: 'lambda',
          multiValueHeaders: mode === 'multi',
          targets: [fn],
          healthCheck: {
            path: '/v1/health/',
            intervalSeconds: 35,
            timeoutSeconds: 30,
            healthyThreshold: 5,
            unhealthyThreshold: 2,
            matcher: '200',
          },
        },
      ],
    } as const
    await withAlb(definition, {}, async () => {
      await expect.poll(() => events).toHaveLength(1)
    })
    expect(events[0]).toEqual({
      requestContext: { elb: { targetGroupArn: arn } },
      httpMethod: 'GET',
      path: '/v1/health/',
      ...(mode === 'single'
        ? { queryStringParameters: {}, headers: { 'user-agent': 'ELB-HealthChecker/2.0' } }
        : {
            multiValueQueryStringParameters: {},
            multiValueHeaders: { 'user-agent': ['ELB-HealthChecker/2.0'] },
          }),
      body: '',
      isBase64Encoded: false,
    })
  })

  it('R29: Content-Length and Transfer-Encoding', async () => {
    await withEvents(mode, {}, async (alb, events) => {
      const client = await alb.connect()
      const lines = ['Content-Type: text/plain', 'Content-Length: 5', 'Transfer-Encoding: chunked']
      const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: lb\r\n\r\n'
      const body = `3\r\nabc\r\n0\r\n\r\n${smuggled}`
      client.write(toRequest(['POST / HTTP/1.1', 'Host: lb', ...lines], body))
      const response = await client.read()
      expect(response.status).toBe(200)
      expect(response.headers).toContainEqual(['Connection', 'close'])
      // What follows is never read as a request.
      expect(await client.readToEnd()).toEqual(Buffer.alloc(0))
      expect(events).toMatchObject([{ body: 'abc', isBase64Encoded: false }])
      expect(headersOf(events[0])).not.toHaveProperty('content-length')
      expect(headersOf(events[0])).not.toHaveProperty('transfer-encoding')
    })
  })
})
