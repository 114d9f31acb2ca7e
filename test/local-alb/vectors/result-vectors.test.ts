import { type AlbOptions, createInProcessFunction, type Exchange, type Handler } from 'local-alb'
import { describe, expect, it } from 'vitest'
import { MODES, type Mode } from '../../helpers/modes.js'
import type { RawResponse } from '../../helpers/raw-client.js'
import { toRequest, withAlb } from './alb.js'

const GET = toRequest(['GET /a HTTP/1.1', 'Host: example.com'])

interface Answer {
  readonly response: RawResponse
  readonly exchange: Exchange | undefined
}

/** How a load balancer on "port 80" answers when its function does this. */
async function answerOf(
  handler: Handler,
  mode: Mode,
  options: AlbOptions = {},
  request: Buffer = GET,
): Promise<Answer> {
  const all = { multiValueHeaders: mode === 'multi', listenerPort: 80, ...options }
  return withAlb(handler, all, async (alb) => {
    const response = await alb.send(request)
    await expect.poll(() => alb.exchanges).toHaveLength(1)
    return { response, exchange: alb.exchanges[0] }
  })
}

const returning =
  (result: unknown): Handler =>
  () =>
    result

/** A result's header fields in the form of a mode. */
function inForm(mode: Mode, headers: Record<string, string>): object {
  if (mode === 'single') return { headers }
  const lists = Object.entries(headers).map(([name, value]) => [name, [value]])
  return { multiValueHeaders: Object.fromEntries(lists) as object }
}

/** The lines of the head after the status line. */
const linesOf = ({ headers }: RawResponse): string[] => headers.map((field) => field.join(': '))

function expectRefused({ response, exchange }: Answer, errorReason: string, said: string): void {
  expect(response.statusLine).toBe('HTTP/1.1 502 Bad Gateway')
  expect(response.body.toString()).toContain('<center><h1>502 Bad Gateway</h1></center>')
  expect(response.body).toHaveLength(122)
  expect(exchange?.refusal).toMatchObject({ status: 502, errorReason })
  expect(exchange?.refusal?.explanation).toContain(said)
}

interface RefusedVector {
  readonly name: string
  readonly modes?: readonly Mode[]
  readonly result: unknown
  /** What the explanation says. */
  readonly said: string
}

const SINGLE: readonly Mode[] = ['single']

const REFUSED: readonly RefusedVector[] = [
  { name: 'A2: body null', result: { statusCode: 200, body: null }, said: 'body is null' },
  {
    name: 'A3: statusDescription null',
    modes: SINGLE,
    said: 'statusDescription is null',
    result: {
      statusCode: 301,
      statusDescription: null,
      headers: { Location: 'https://x/' },
      multiValueHeaders: null,
      body: 'x',
      isBase64Encoded: false,
    },
  },
  {
    name: 'A4: headers null',
    modes: SINGLE,
    said: 'headers is null',
    result: {
      statusCode: 200,
      headers: null,
      multiValueHeaders: { 'Content-Type': ['application/json'] },
      body: '{}',
    },
  },
  {
    name: 'A6: a boolean',
    modes: SINGLE,
    result: { statusCode: 200, headers: { 'access-control-allow-credentials': true } },
    said: 'headers["access-control-allow-credentials"] is the boolean true; the ALB takes strings only',
  },
  {
    name: 'A7: a number',
    modes: SINGLE,
    result: { statusCode: 200, headers: { 'content-length': 22 } },
    said: 'headers["content-length"] is the number 22; the ALB takes strings only',
  },
  { name: 'A8: no statusCode', result: { body: 'x' }, said: 'no statusCode' },
  {
    name: 'A13: the other form alone',
    modes: ['multi'],
    result: { statusCode: 200, headers: { x: '1' }, body: 'y' },
    said: 'multi-value mode',
  },
  {
    name: 'A15: isBase64Encoded as a string',
    said: 'isBase64Encoded is the string "true"',
    result: { statusCode: 200, body: 'aGk=', isBase64Encoded: 'true' },
  },
]

const refusedInModes = REFUSED.flatMap(({ modes = MODES, ...vector }) =>
  modes.map((mode) => ({ ...vector, mode })),
)

describe('result vectors that are refused', () => {
  it.each(refusedInModes)('$name ($mode)', async ({ mode, result, said }) => {
    expectRefused(await answerOf(returning(result), mode), 'LambdaInvalidResponse', said)
  })
})

describe.each(MODES)('result vectors in %s-value mode', (mode) => {
  it('A1: a statusCode alone', async () => {
    const { response } = await answerOf(returning({ statusCode: 200 }), mode)
    expect(response.statusLine).toBe('HTTP/1.1 200 OK')
    expect(response.body).toHaveLength(0)
    expect(response.headers.map(([name]) => name)).toEqual([
      'Server',
      'Date',
      'Content-Type',
      'Content-Length',
      'Connection',
    ])
    expect(linesOf(response)).toContain('Content-Length: 0')
  })

  it('A9: a handler that throws', async () => {
    const answer = await answerOf(() => {
      throw new RangeError('out of it')
    }, mode)
    expectRefused(answer, 'LambdaUnhandled', 'RangeError: out of it')
  })

  it('A14: both forms', async () => {
    const headers = { 'X-Form': 'single' }
    const multiValueHeaders = { 'X-Form': ['multi'] }
    const { response } = await answerOf(
      returning({ statusCode: 200, headers, multiValueHeaders }),
      mode,
    )
    expect(response.status).toBe(200)
    expect(linesOf(response).filter((line) => line.startsWith('X-'))).toEqual([`X-Form: ${mode}`])
  })

  it('A16: an image in base64', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452ff00fe80c3', 'hex')
    const result = {
      statusCode: 200,
      ...inForm(mode, { 'Content-Type': 'image/png' }),
      body: png.toString('base64'),
      isBase64Encoded: true,
    }
    const { response } = await answerOf(returning(result), mode)
    expect(response.body).toEqual(png)
    expect(linesOf(response)).toContain(`Content-Length: ${png.length}`)
    expect(linesOf(response)).toContain('Content-Type: image/png')
  })

  it('A17: a body of 1,170,000 characters', async () => {
    const result = { statusCode: 200, body: 'x'.repeat(1_170_000) }
    const answer = await answerOf(returning(result), mode)
    expectRefused(answer, 'LambdaResponseTooLarge', '1,170,0')
  })

  it('A18: a relative Location', async () => {
    const result = { statusCode: 302, ...inForm(mode, { location: '/b' }) }
    const { response } = await answerOf(returning(result), mode)
    expect(response.statusLine).toBe('HTTP/1.1 302 Found')
    expect(linesOf(response)).toContain('location: http://example.com/b')
  })

  it('A19: Connection and Transfer-Encoding', async () => {
    const fields = inForm(mode, { connection: 'close', 'transfer-encoding': 'chunked' })
    const result = { statusCode: 200, ...fields, body: 'whole' }
    const { response } = await answerOf(returning(result), mode)
    expect(response.body.toString()).toBe('whole')
    const lines = linesOf(response)
    expect(lines).toContain('Content-Length: 5')
    expect(lines.filter((line) => /^(?:connection|transfer-encoding):/i.test(line))).toEqual([
      'Connection: keep-alive',
    ])
  })

  it('A20: an unknown member', async () => {
    const result = { statusCode: 200, cookies: ['a=1'], 'content-type': 7, body: 'x' }
    const { response } = await answerOf(returning(result), mode)
    expect(response).toMatchObject({ status: 200, body: Buffer.from('x') })
    expect(linesOf(response).join()).not.toMatch(/cookie/i)
  })

  it('A22: no registered function', async () => {
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/1'
    const definition = {
      rules: [
        {
          priority: 'default',
          conditions: [],
          action: { type: 'forward', targetGroups: [{ arn, weight: 1 }] },
        },
      ],
      targetGroups: [
        { arn, name: 'none', type: 'lambda', multiValueHeaders: mode === 'multi', targets: [] },
      ],
    } as const
    await withAlb(definition, {}, async (alb) => {
      const { statusLine } = await alb.send(GET)
      expect(statusLine).toBe('HTTP/1.1 503 Service Temporarily Unavailable')
    })
  })

  it('A23: an invocation that is throttled', async () => {
    let release: ((result: object) => void) | undefined
    const handler = (): Promise<object> =>
      new Promise((resolve) => {
        release = resolve
      })
    const fn = createInProcessFunction(handler, { concurrency: 1 })
    await withAlb(fn, { multiValueHeaders: mode === 'multi' }, async (alb) => {
      const client = await alb.connect()
      client.write(GET)
      await expect.poll(() => release).toBeDefined()
      const response = await alb.send(GET)
      await expect.poll(() => alb.exchanges).toHaveLength(1)
      expectRefused({ response, exchange: alb.exchanges[0] }, 'LambdaThrottling', 'throttled')
      release?.({ statusCode: 200 })
      expect(await client.read()).toMatchObject({ status: 200 })
    })
  })

  it('A24: 33 K of header fields', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 33 }, (_, index) => [`x-${index}`, 'v'.repeat(1024)]),
    )
    const result = { statusCode: 200, ...inForm(mode, fields) }
    const answer = await answerOf(returning(result), mode)
    expectRefused(answer, 'LambdaInvalidResponse', '32,768')
  })

  it('A25: a phrase of its own', async () => {
    const result = { statusCode: 404, statusDescription: '404 NotFound' }
    const { response } = await answerOf(returning(result), mode)
    expect(response.statusLine).toBe('HTTP/1.1 404 NotFound')
  })

  it('A26: a 204 with a body', async () => {
    const all = { multiValueHeaders: mode === 'multi' }
    const statuses = [204, 200]
    const handler: Handler = () => ({ statusCode: statuses.shift(), body: 'body' })
    await withAlb(handler, all, async (alb) => {
      const client = await alb.connect()
      client.write(GET)
      const empty = await client.read()
      expect(empty.statusLine).toBe('HTTP/1.1 204 No Content')
      expect(linesOf(empty).join()).not.toMatch(/content-length|transfer-encoding/i)
      // The next response begins where the first one ends.
      client.write(GET)
      expect(await client.read()).toMatchObject({ status: 200, body: Buffer.from('body') })
    })
  })
})

describe('result vectors of one mode', () => {
  it('A5: the other form is ignored (single)', async () => {
    const result = {
      statusCode: 200,
      headers: { 'Content-Type': 'application/json' },
      multiValueHeaders: { 'Content-Type': ['text/html'], 'x-other': ['1'] },
      body: '{}',
    }
    const { response } = await answerOf(returning(result), 'single')
    expect(response).toMatchObject({ status: 200, body: Buffer.from('{}') })
    expect(linesOf(response)).toContain('Content-Type: application/json')
    expect(linesOf(response).join()).not.toContain('x-other')
  })

  it('A10: the values of a name (multi)', async () => {
    const result = { statusCode: 200, multiValueHeaders: { 'x-c': ['1', '2'] } }
    const { response } = await answerOf(returning(result), 'multi')
    expect(linesOf(response).slice(-2)).toEqual(['x-c: 2', 'x-c: 1'])
    const kept = await answerOf(returning(result), 'multi', { responseHeaderOrder: 'keep' })
    expect(linesOf(kept.response).slice(-2)).toEqual(['x-c: 1', 'x-c: 2'])
  })

  it('A11: two cookies (multi)', async () => {
    const cookies = ['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'b=2']
    const result = { statusCode: 200, multiValueHeaders: { 'set-cookie': cookies } }
    const { response } = await answerOf(returning(result), 'multi')
    expect(linesOf(response).slice(-2)).toEqual(cookies.toReversed().map((c) => `set-cookie: ${c}`))
  })

  it('A12: a cookie for each spelling (single)', async () => {
    const result = { statusCode: 200, headers: { 'set-cookie': 'a=1', 'Set-cookie': 'b=2' } }
    const { response } = await answerOf(returning(result), 'single')
    expect(linesOf(response).slice(-2)).toEqual(['Set-cookie: b=2', 'set-cookie: a=1'])
  })

  it('A13: the other form alone, ignored (multi)', async () => {
    const result = { statusCode: 200, headers: { x: '1' }, body: 'y' }
    const { response } = await answerOf(returning(result), 'multi', { wrongHeaderForm: 'ignore' })
    expect(response).toMatchObject({ status: 200, body: Buffer.from('y') })
    expect(response.headers.map(([name]) => name)).not.toContain('x')
  })

  it('A21: the order of fields (single)', async () => {
    const headers = { Date: 'Thu, 01 Jan 1970 00:00:00 GMT', 'X-Once': '1', 'X-Twice': '2' }
    const { response } = await answerOf(returning({ statusCode: 200, headers }), 'single')
    expect(response.headers.map(([name]) => name)).toEqual([
      'Server',
      'Content-Type',
      'Content-Length',
      'Connection',
      'X-Twice',
      'X-Once',
      'Date',
    ])
  })
})
