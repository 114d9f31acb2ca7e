import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Details } from '../../../packages/local-alb/src/inspector/details.js'
import { answeredByFunction } from './exchanges.js'
import { serveInspector } from './serve-inspector.js'
import { openUpdates } from './update-stream.js'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('the details of an exchange', () => {
  it('say all there is to know', async () => {
    await using served = await serveInspector()
    const { invocation } = answeredByFunction()
    const time = new Date('2026-11-22T14:02:11.142Z')
    served.alb.exchange({
      request: {
        method: 'POST',
        target: '/grüße?a=%zz',
        headers: [
          ['Host', 'localhost:8080'],
          ['X-Name', Buffer.from('Jürgen').toString('latin1')],
          ['Content-Length', '3'],
        ],
        body: Buffer.from('a=1'),
      },
      invocation: {
        ...invocation!,
        coldStart: true,
        initMs: 4,
        logs: [{ stream: 'stderr', text: 'oh', time }],
      },
      result: '{"statusCode":200,"headers":{"content-length":22}}',
      refusal: {
        status: 502,
        errorReason: 'LambdaInvalidResponse',
        explanation: 'headers["content-length"] is the number 22; the ALB takes strings only',
      },
    })
    const details = (await served.json('/api/exchanges/1')) as unknown as Details
    expect(details).toMatchObject({
      row: { id: 1, status: 200, refused: true, coldStart: true },
      client: '127.0.0.1:53211',
      protocol: 'http',
      rule: 'default',
      targetStatus: 200,
      sentBytes: 212,
      refusal: {
        status: 502,
        errorReason: 'LambdaInvalidResponse',
        explanation: 'headers["content-length"] is the number 22; the ALB takes strings only',
      },
      request: {
        startLine: 'POST /grüße?a=%zz HTTP/1.1',
        fields: [
          ['Host', 'localhost:8080'],
          ['X-Name', 'Jürgen'],
          ['Content-Length', '3'],
        ],
        body: { kind: 'text', text: 'a=1', bytes: 3 },
      },
      event: { text: expect.stringContaining('\n  "httpMethod": "POST"') },
      result: { text: expect.stringContaining('"content-length": 22') },
      response: {
        startLine: 'HTTP/1.1 200 OK',
        fields: [
          ['Server', 'awselb/2.0'],
          ['Content-Type', 'application/json'],
        ],
        added: [['Content-Length', '17']],
        body: { kind: 'text', text: '{"hello":"world"}', json: true },
      },
      invocation: { requestId: invocation!.requestId, coldStart: true, initMs: 4, durationMs: 8.4 },
      logs: [{ stream: 'stderr', text: 'oh', at: 100 }],
      curl: expect.stringMatching(/^curl [^]* http:\/\/localhost:8080\/$/),
      replayObstacle: null,
      trimmed: false,
    })
    expect(details.timeline.map(({ name }) => name)).toEqual([
      'load balancer',
      'init',
      'function',
      'response',
    ])
    const total = details.timeline.reduce((sum, { ms }) => sum + ms, 0)
    expect(total).toBeCloseTo(details.row.durationMs ?? 0, 5)
  })

  it('are there while it is under way', async () => {
    await using served = await serveInspector()
    served.alb.start({ request: { target: '/slow' } })
    expect(await served.json('/api/exchanges/1')).toMatchObject({
      row: { state: 'pending' },
      timeline: [],
      event: null,
      response: null,
      logs: [],
    })
  })

  it('do not touch a body that streams through', async () => {
    await using served = await serveInspector()
    const body = Readable.from(['x'])
    served.alb.exchange({ response: { status: 200, reason: 'OK', headers: [], body } })
    const { response } = (await served.json('/api/exchanges/1')) as unknown as Details
    expect(response?.body).toMatchObject({ kind: 'stream', bytes: 212 })
    expect(body.readableDidRead).toBe(false)
    expect((await served.ask('/api/exchanges/1/response-body')).status).toBe(404)
  })

  it('stay small whatever a function writes', async () => {
    await using served = await serveInspector()
    const { invocation } = answeredByFunction()
    const line = { stream: 'stdout', text: 'x'.repeat(100_000), time: new Date() } as const
    const logs = Array.from({ length: 3_000 }, (_, index) =>
      index < 20 ? line : { ...line, text: String(index) },
    )
    served.alb.exchange({
      invocation: { ...invocation!, logs },
      result: `"${'y'.repeat(2_000_000)}"`,
    })
    const answer = await served.ask('/api/exchanges/1')
    expect(answer.body.length).toBeLessThan(1024 * 1024)
    const details = JSON.parse(answer.text) as Details
    expect([details.logs.length, details.logsLeftOut]).toEqual([2_000, 1_000])
    expect(details.result?.truncated).toBe(true)
  })

  it('say what was dropped to make room', async () => {
    await using served = await serveInspector({ keepBytes: 1_000_000 })
    for (let count = 0; count < 3; count += 1) {
      served.alb.exchange({ request: { method: 'PUT', body: Buffer.alloc(600_000, 'x') } })
    }
    expect(await served.json('/api/exchanges/1')).toMatchObject({
      trimmed: true,
      event: null,
      curl: null,
      replayObstacle: 'Its body was dropped to make room for newer requests.',
    })
    const gone = await served.ask('/api/exchanges/1/event.json')
    expect([gone.status, gone.text]).toEqual([
      404,
      '{"error":"The event of this request was dropped to make room for newer ones."}',
    ])
    expect(await served.json('/api/exchanges/3')).toMatchObject({ trimmed: false })
  })
})

describe('downloads', () => {
  it('give the event as a fixture that a test can read', async () => {
    await using served = await serveInspector()
    const { event } = served.alb.exchange({ request: { method: 'POST', target: '/orders/7?x=1' } })
    const answer = await served.ask('/api/exchanges/1/event.json')
    expect(answer.headers['content-disposition']).toBe(
      'attachment; filename="event-1-post-orders-7.json"',
    )
    expect(JSON.parse(answer.text)).toEqual(JSON.parse(event ?? ''))
    expect(answer.text).toContain('\n  "httpMethod"')
  })

  it('give bodies byte for byte, as files that no browser shows', async () => {
    await using served = await serveInspector()
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const page = Buffer.from('<script>alert(1)</script>')
    served.alb.exchange({
      request: { method: 'PUT', target: '/"\r\n../../x;y', body },
      response: { status: 200, reason: 'OK', headers: [['Content-Type', 'text/html']], body: page },
    })
    const sent = await served.ask('/api/exchanges/1/request-body')
    expect(sent.body.equals(body)).toBe(true)
    expect(sent.headers['content-disposition']).toBe('attachment; filename="request-1-put-x-y.bin"')
    const got = await served.ask('/api/exchanges/1/response-body')
    expect(got.body.equals(page)).toBe(true)
    expect(got.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="response-1-put-x-y.bin"',
      'x-content-type-options': 'nosniff',
    })
  })

  it('show images for what they are, and nothing else', async () => {
    await using served = await serveInspector()
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    const headers = [['Content-Type', 'image/svg+xml']] as const
    served.alb.exchange({ response: { status: 200, reason: 'OK', headers, body: PNG } })
    served.alb.exchange({ response: { status: 200, reason: 'OK', headers, body: svg } })
    const image = await served.ask('/api/exchanges/1/response-image')
    expect([image.status, image.headers['content-type']]).toEqual([200, 'image/png'])
    expect(image.body.equals(PNG)).toBe(true)
    expect((await served.ask('/api/exchanges/2/response-image')).status).toBe(404)
  })

  it.each(['event.json', 'result.json', 'request-body', 'nonsense'])(
    'of %s say so when there is none',
    async (part) => {
      await using served = await serveInspector()
      served.alb.start()
      expect((await served.ask(`/api/exchanges/1/${part}`)).status).toBe(404)
    },
  )
})

describe('replay', () => {
  it('sends the request again, body and all, and notes which one it repeats', async () => {
    await using served = await serveInspector()
    const body = Buffer.from([0, 1, 255])
    served.alb.exchange({ request: { method: 'PUT', target: '/x', body } })
    const updates = await openUpdates(served.port)
    const answer = await served.command('/api/exchanges/1/replay')
    expect([answer.status, answer.text]).toEqual([200, '{"id":2}'])
    const [{ exchange, mode }] = served.alb.replayed as [(typeof served.alb.replayed)[0]]
    expect(mode).toBe(undefined)
    expect(exchange.request).toMatchObject({ method: 'PUT', target: '/x', hasBody: true })
    expect(exchange.requestBody?.equals(body)).toBe(true)
    const again = await exchange.request.body.toArray()
    expect(Buffer.concat(again as Buffer[]).equals(body)).toBe(true)
    expect(exchange.request.signal.aborted).toBe(false)
    await updates.until('the replay', ({ rows }) => rows.get(2)?.replayOf === 1)
    updates.close()
  })

  it('sends it in the mode that was asked for', async () => {
    await using served = await serveInspector()
    served.alb.exchange()
    expect((await served.command('/api/exchanges/1/replay?mode=multi')).status).toBe(200)
    expect(served.alb.replayed.map(({ mode }) => mode)).toEqual(['multi'])
    const wrong = await served.command('/api/exchanges/1/replay?mode=both')
    expect([wrong.status, wrong.text]).toEqual([
      400,
      '{"error":"mode is \\"both\\"; it can be single or multi."}',
    ])
    expect(served.alb.replayed).toHaveLength(1)
  })

  it.each([
    [
      'whose body was not read',
      { hasBody: true },
      undefined,
      'Its body was not read, so it was not kept.',
    ],
    [
      'of whose body a part was kept',
      { hasBody: true, headers: [['Content-Length', '10']] as const },
      Buffer.from('abc'),
      'Only 3 of the 10 bytes of its body were kept.',
    ],
    [
      'that could not be read',
      { method: '', target: '' },
      undefined,
      'The request could not be read, so there is nothing to send again.',
    ],
  ])('refuses a request %s, and says why', async (_what, parts, requestBody, why) => {
    await using served = await serveInspector()
    const exchange = served.alb.start()
    Object.assign(exchange.request, parts)
    served.alb.end(exchange, requestBody && { requestBody })
    const answer = await served.command('/api/exchanges/1/replay')
    expect([answer.status, answer.text]).toEqual([
      409,
      JSON.stringify({ error: `The request cannot be sent again. ${why}` }),
    ])
    expect(await served.json('/api/exchanges/1')).toMatchObject({ replayObstacle: why, curl: null })
    expect(served.alb.replayed).toEqual([])
  })

  it('passes on why the load balancer did not do it', async () => {
    await using served = await serveInspector()
    served.alb.exchange()
    served.alb.replay = () => Promise.reject(new Error('no target any more'))
    const answer = await served.command('/api/exchanges/1/replay')
    expect([answer.status, answer.text]).toEqual([
      500,
      '{"error":"The request was not sent again: no target any more"}',
    ])
  })
})
