import type { ALBEvent } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { AlbEvent } from 'express-alb'
import { createAlbEvent, createHealthCheckEvent, createLambdaContext } from 'express-alb/testing'
import { MODES } from '../../helpers/modes.js'

/** The headers of an event by name, as lists. */
const fieldsOf = (event: AlbEvent): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(event.multiValueHeaders ?? event.headers ?? {}).map(([name, held]) => [
      name,
      [held ?? []].flat(),
    ]),
  )

/** The query of an event, as it is. */
const queryOf = (event: AlbEvent): unknown =>
  event.multiValueQueryStringParameters ?? event.queryStringParameters

const TRACE_ID = /^Root=1-[\da-f]{8}-[\da-f]{24}$/

describe('createAlbEvent', () => {
  it('makes a GET in single-value mode by default', () => {
    const event = createAlbEvent()
    expect(event).toEqual({
      requestContext: {
        elb: {
          targetGroupArn: expect.stringMatching(/^arn:aws:elasticloadbalancing:.*:targetgroup\//),
        },
      },
      httpMethod: 'GET',
      path: '/',
      queryStringParameters: {},
      headers: {
        host: 'example.com',
        'x-amzn-trace-id': expect.stringMatching(TRACE_ID),
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
      },
      body: '',
      isBase64Encoded: false,
    })
  })

  it('makes a GET in multi-value mode with arrays for every value', () => {
    const event = createAlbEvent({ mode: 'multi' })
    expect(event).toEqual({
      requestContext: { elb: { targetGroupArn: expect.any(String) } },
      httpMethod: 'GET',
      path: '/',
      multiValueQueryStringParameters: {},
      multiValueHeaders: {
        host: ['example.com'],
        'x-amzn-trace-id': [expect.stringMatching(TRACE_ID)],
        'x-forwarded-for': ['203.0.113.7'],
        'x-forwarded-port': ['443'],
        'x-forwarded-proto': ['https'],
      },
      body: '',
      isBase64Encoded: false,
    })
  })

  it.each(MODES)("has the members of AWS's own type and no other in %s-value mode", (mode) => {
    const event = createAlbEvent({ mode, method: 'POST', url: '/a?b=1', body: { a: 1 } })
    const common = ['body', 'httpMethod', 'isBase64Encoded', 'path', 'requestContext']
    const own =
      mode === 'single'
        ? ['headers', 'queryStringParameters']
        : ['multiValueHeaders', 'multiValueQueryStringParameters']
    expect(Object.keys(event).toSorted()).toEqual([...common, ...own].toSorted())
    expectTypeOf<ALBEvent>().toExtend<AlbEvent>()
  })

  it.each(MODES)('survives JSON unchanged in %s-value mode', (mode) => {
    const event = createAlbEvent({ mode, url: '/?a=1', body: 'x', headers: { cookie: ['a', 'b'] } })
    expect(JSON.parse(JSON.stringify(event))).toEqual(event)
  })

  // R… are the vectors of the contract between load balancer and function.
  describe('splits the query without decoding it', () => {
    it.each([
      ['R1', '/', {}, {}],
      ['R3', '/?myKey=val1&myKey=val2', { myKey: 'val2' }, { myKey: ['val1', 'val2'] }],
      [
        'R4',
        '/?date%5Bfrom%5D=2020-06-18',
        { 'date%5Bfrom%5D': '2020-06-18' },
        { 'date%5Bfrom%5D': ['2020-06-18'] },
      ],
      [
        'R5',
        '/?e[]=abc123!%40%23%25',
        { 'e[]': 'abc123!%40%23%25' },
        { 'e[]': ['abc123!%40%23%25'] },
      ],
      ['R6', '/?t=2020-07-24+09%3A55', { t: '2020-07-24+09%3A55' }, { t: ['2020-07-24+09%3A55'] }],
      ['R7', '/?a=%E0%A4%A', { a: '%E0%A4%A' }, { a: ['%E0%A4%A'] }],
      ['R9', '/?a&b=', { a: '', b: '' }, { a: [''], b: [''] }],
      ['empty pieces', '/?&a=1&&b=2&', { a: '1', b: '2' }, { a: ['1'], b: ['2'] }],
      ['first =', '/?a=x=y', { a: 'x=y' }, { a: ['x=y'] }],
      ['lone ?', '/?', {}, {}],
      ['second ?', '/?a=b?c', { a: 'b?c' }, { a: ['b?c'] }],
      ['semicolon', '/?a=1;b=2', { a: '1;b=2' }, { a: ['1;b=2'] }],
      ['encoded =', '/?a%3Db=c', { 'a%3Db': 'c' }, { 'a%3Db': ['c'] }],
      ['brackets', '/?c[]=b&c[]=r', { 'c[]': 'r' }, { 'c[]': ['b', 'r'] }],
    ])('%s: %s', (_name, url, single, multi) => {
      expect(queryOf(createAlbEvent({ url }))).toEqual(single)
      expect(queryOf(createAlbEvent({ url, mode: 'multi' }))).toEqual(multi)
    })

    it('R8: in alphabetical order', () => {
      const url = '/?b=2&a=1&C=3&b=1'
      expect(Object.keys(queryOf(createAlbEvent({ url })) as object)).toEqual(['C', 'a', 'b'])
      expect(JSON.stringify(queryOf(createAlbEvent({ url, mode: 'multi' })))).toBe(
        '{"C":["3"],"a":["1"],"b":["2","1"]}',
      )
    })

    it('whatever its keys are called', () => {
      const query = queryOf(createAlbEvent({ url: '/?__proto__=1&constructor=2' })) as object
      expect(Object.entries(query)).toEqual([
        ['__proto__', '1'],
        ['constructor', '2'],
      ])
    })

    it('and never in the path', () => {
      for (const url of ['/a/b/', '//x', '/%2F', '/a%20b', '/100%', '/../x', '/a+b']) {
        expect(createAlbEvent({ url: `${url}?a=1` }).path).toBe(url)
      }
    })

    it('such that joining the pieces again gives it back, but for order and empty pieces', () => {
      fc.assert(
        fc.property(
          fc.array(
            fc.tuple(fc.stringMatching(/^[a-z%+[\]]{1,3}$/), fc.stringMatching(/^[a-z%+=?]{0,3}$/)),
          ),
          (pairs) => {
            const url = `/?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`
            const query = queryOf(createAlbEvent({ url, mode: 'multi' })) as Record<
              string,
              string[]
            >
            const again = Object.entries(query).flatMap(([name, values]) =>
              values.map((value) => [name, value]),
            )
            expect(again).toHaveLength(pairs.length)
            for (const name of new Set(pairs.map(([one]) => one))) {
              expect(query[name]).toEqual(
                pairs.filter(([one]) => one === name).map(([, value]) => value),
              )
            }
          },
        ),
      )
    })
  })

  describe('sends header fields as an ALB does', () => {
    it('in lower case and alphabetical order', () => {
      const event = createAlbEvent({ headers: { 'X-B': '1', Accept: '*/*', 'User-Agent': 'curl' } })
      const names = Object.keys(event.headers ?? {})
      expect(names).toEqual(names.toSorted())
      expect(names).toContain('x-b')
      expect(event.headers).toMatchObject({ accept: '*/*', 'user-agent': 'curl', 'x-b': '1' })
    })

    it('R10: repeated fields as the last value in single-value mode, all in order in multi-value mode', () => {
      for (const headers of [
        { 'X-Two': ['first', 'second'] },
        [
          ['X-Two', 'first'],
          ['x-two', 'second'],
        ] as const,
      ]) {
        expect(createAlbEvent({ headers }).headers?.['x-two']).toBe('second')
        expect(createAlbEvent({ headers, mode: 'multi' }).multiValueHeaders?.['x-two']).toEqual([
          'first',
          'second',
        ])
      }
    })

    it('R11: cookies like any other field', () => {
      const headers = { cookie: ['name1=value1', 'name2=value2'] }
      expect(createAlbEvent({ headers }).headers?.['cookie']).toBe('name2=value2')
      expect(fieldsOf(createAlbEvent({ headers, mode: 'multi' }))['cookie']).toEqual(headers.cookie)
    })

    it('a line with commas as one value', () => {
      const headers = { accept: 'a, b' }
      expect(fieldsOf(createAlbEvent({ headers, mode: 'multi' }))['accept']).toEqual(['a, b'])
    })

    it.each(MODES)('R12: X-Forwarded-For with the client appended, in %s-value mode', (mode) => {
      const event = createAlbEvent({
        mode,
        headers: { 'X-Forwarded-For': '127.0.0.4' },
        clientAddress: '127.0.0.1',
      })
      expect(fieldsOf(event)['x-forwarded-for']).toEqual(['127.0.0.4, 127.0.0.1'])
    })

    it.each([
      ['https', '443'],
      ['http', '80'],
    ] as const)(
      'X-Forwarded-Proto %s and -Port %s in place of what a client sends',
      (protocol, port) => {
        const headers = { 'x-forwarded-proto': 'gopher', 'x-forwarded-port': '70' }
        expect(fieldsOf(createAlbEvent({ protocol, headers }))).toMatchObject({
          'x-forwarded-proto': [protocol],
          'x-forwarded-port': [port],
        })
      },
    )

    it('R15: the host in lower case, without the port of the listener', () => {
      const event = createAlbEvent({ protocol: 'http', headers: { Host: 'Example.com:80' } })
      expect(event.headers?.['host']).toBe('example.com')
    })

    it.each(MODES)(
      'R17: a trace id of its own before that of the client, in %s-value mode',
      (mode) => {
        const root = '1-67891233-abcdef012345678912345678'
        const event = createAlbEvent({
          mode,
          headers: { 'X-Amzn-Trace-Id': `Root=${root};CalledFrom=app` },
        })
        expect(fieldsOf(event)['x-amzn-trace-id']?.[0]).toMatch(
          new RegExp(`^Self=1-[\\da-f]{8}-[\\da-f]{24};Root=${root};CalledFrom=app$`),
        )
      },
    )

    it('a trace id of its own for each event', () => {
      const ids = [1, 2, 3].map(() => createAlbEvent().headers?.['x-amzn-trace-id'])
      expect(new Set(ids).size).toBe(3)
    })
  })

  describe('sends the body as an ALB does', () => {
    it('R18: text of the listed types as it is', () => {
      const types = [
        'text/plain',
        'text/html; charset=utf-8',
        'TEXT/CSV',
        'application/json; charset=utf-8',
        'application/javascript',
        'application/xml',
      ]
      for (const type of types) {
        const event = createAlbEvent({
          method: 'POST',
          headers: { 'content-type': type },
          body: 'é',
        })
        expect([event.body, event.isBase64Encoded], type).toEqual(['é', false])
      }
    })

    it.each([
      ['R19', 'application/x-www-form-urlencoded'],
      ['R21', 'application/vnd.api+json'],
      ['a type that only begins like one listed', 'application/jsonp'],
      ['multipart', 'multipart/form-data; boundary=x'],
      ['GraphQL', 'application/graphql'],
      ['an image', 'image/svg+xml'],
    ])('%s: anything else in base64 (%s)', (_name, type) => {
      const event = createAlbEvent({
        method: 'POST',
        headers: { 'content-type': type },
        body: 'a=1',
      })
      expect([event.body, event.isBase64Encoded]).toEqual(['YT0x', true])
    })

    it('in base64 without a type', () => {
      const event = createAlbEvent({ method: 'POST', body: 'a=1' })
      expect([event.body, event.isBase64Encoded]).toEqual(['YT0x', true])
    })

    it('R20: in base64 under any content-encoding', () => {
      const event = createAlbEvent({
        method: 'PUT',
        headers: { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' },
        body: Buffer.from([0x1f, 0x8b]),
      })
      expect([event.body, event.isBase64Encoded]).toEqual(['H4s=', true])
    })

    it('as JSON with its type when it is a value', () => {
      const event = createAlbEvent({ method: 'POST', body: { n: 'é' } })
      expect(event).toMatchObject({ body: '{"n":"é"}', isBase64Encoded: false })
      expect(event.headers).toMatchObject({
        'content-type': 'application/json',
        'content-length': '10',
      })
      for (const body of [[1], 7, true]) {
        expect(createAlbEvent({ method: 'POST', body }).body).toBe(JSON.stringify(body))
      }
    })

    it('with its own type when the test gives one', () => {
      const headers = { 'content-type': 'application/problem+json' }
      const event = createAlbEvent({ method: 'POST', headers, body: { a: 1 } })
      expect(event.headers?.['content-type']).toBe('application/problem+json')
      expect(event.isBase64Encoded).toBe(true)
    })

    it('with its length in bytes, or the length that the test gives', () => {
      const length = (headers: Record<string, string>): unknown =>
        createAlbEvent({ method: 'POST', body: 'é', headers }).headers?.['content-length']
      expect(length({})).toBe('2')
      expect(length({ 'Content-Length': '7' })).toBe('7')
    })

    it.each([undefined, null, '', Buffer.alloc(0)])(
      'without length and type when it is %o',
      (body) => {
        const event = createAlbEvent({ method: 'POST', body })
        expect([event.body, event.isBase64Encoded]).toEqual(['', false])
        expect(
          Object.keys(event.headers ?? {}).filter((name) => name.startsWith('content-')),
        ).toEqual([])
      },
    )

    it('from any view of bytes', () => {
      const body = new Uint8Array([0, 1, 2, 3]).subarray(1, 3)
      expect(createAlbEvent({ method: 'POST', body }).body).toBe('AQI=')
    })
  })

  it('makes events that share nothing', () => {
    const init = { mode: 'multi', headers: { 'x-two': ['a', 'b'] } } as const
    const [one, two] = [createAlbEvent(init), createAlbEvent(init)]
    ;(one.multiValueHeaders as Record<string, string[]>)['x-two']?.push('c')
    expect(fieldsOf(two)['x-two']).toEqual(['a', 'b'])
    expect(init.headers['x-two']).toEqual(['a', 'b'])
  })
})

describe('createHealthCheckEvent', () => {
  it('R28: has a user agent and no other header', () => {
    expect(createHealthCheckEvent({ url: '/v1/health/' })).toEqual({
      requestContext: { elb: { targetGroupArn: expect.any(String) } },
      httpMethod: 'GET',
      path: '/v1/health/',
      queryStringParameters: {},
      headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
      body: '',
      isBase64Encoded: false,
    })
  })

  it('has arrays in multi-value mode, and the query of its path', () => {
    expect(createHealthCheckEvent({ mode: 'multi', url: '/health?deep=1' })).toMatchObject({
      path: '/health',
      multiValueQueryStringParameters: { deep: ['1'] },
      multiValueHeaders: { 'user-agent': ['ELB-HealthChecker/2.0'] },
    })
  })
})

describe('createLambdaContext', () => {
  it('has half a minute left by default, and counts down', () => {
    const before = Date.now()
    const context = createLambdaContext()
    const left = context.getRemainingTimeInMillis()
    expect(left).toBeLessThanOrEqual(30_000)
    expect(left).toBeGreaterThanOrEqual(30_000 - (Date.now() - before))
  })

  it('never has less than nothing left', () => {
    expect(createLambdaContext({ timeoutMs: -5 }).getRemainingTimeInMillis()).toBe(0)
  })

  it('has what the test chooses, and an id of its own otherwise', () => {
    expect(createLambdaContext({ awsRequestId: 'id', functionName: 'name' })).toMatchObject({
      awsRequestId: 'id',
      functionName: 'name',
    })
    expect(createLambdaContext().awsRequestId).not.toBe(createLambdaContext().awsRequestId)
  })
})
