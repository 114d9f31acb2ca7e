import { describe, expect, it } from 'vitest'
import { answeredByFunction } from './exchanges.js'
import { serveInspector } from './serve-inspector.js'
import { openUpdates } from './update-stream.js'

describe('a page', () => {
  it('learns whose requests these are', async () => {
    await using served = await serveInspector({
      title: 'dist/lambda.mjs',
      keep: 77,
      summary: () => ({ url: 'http://127.0.0.1:8080', facts: [['Mode', 'multi']] }),
    })
    const updates = await openUpdates(served.port)
    expect(await updates.about).toEqual({
      title: 'dist/lambda.mjs',
      url: 'http://127.0.0.1:8080',
      facts: [['Mode', 'multi']],
      keep: 77,
    })
    updates.close()
  })

  it('sees a request when it comes and again when it is over', async () => {
    await using served = await serveInspector()
    const updates = await openUpdates(served.port)
    const exchange = served.alb.start({ request: { method: 'POST', target: '/orders?x=1' } })
    await updates.until('pending row', ({ rows }) => rows.has(1))
    expect(updates.rows.get(1)).toEqual({
      id: 1,
      time: Date.parse('2026-11-22T14:02:11.042Z'),
      state: 'pending',
      method: 'POST',
      path: '/orders?x=1',
      status: null,
      targetGroup: null,
      target: null,
      action: null,
      durationMs: null,
      coldStart: false,
      mode: null,
      refused: false,
      errorReason: null,
      replayOf: null,
    })
    served.alb.end(exchange, answeredByFunction())
    await updates.until('final row', ({ rows }) => rows.get(1)?.state === 'answered')
    expect(updates.rows.get(1)).toMatchObject({
      status: 200,
      targetGroup: 'hello',
      target: 'dist/lambda.mjs',
      action: 'forward',
      mode: 'single',
      durationMs: expect.closeTo(12.3, 5),
    })
    updates.close()
  })

  it('sees refusals with their reason, cold starts, and clients that left as 460', async () => {
    await using served = await serveInspector()
    const { invocation } = answeredByFunction()
    served.alb.exchange({
      refusal: { status: 502, errorReason: 'LambdaInvalidResponse', explanation: 'No statusCode.' },
      response: { status: 502, reason: 'Bad Gateway', headers: [], body: Buffer.from('x') },
    })
    served.alb.exchange({ invocation: { ...invocation!, coldStart: true, initMs: 120 } })
    served.alb.end(served.alb.start(), { abandoned: true })
    const updates = await openUpdates(served.port)
    await updates.until('rows', ({ rows }) => rows.size === 3)
    expect(updates.rows.get(1)).toMatchObject({
      status: 502,
      refused: true,
      errorReason: 'LambdaInvalidResponse',
    })
    expect(updates.rows.get(2)).toMatchObject({ coldStart: true, refused: false })
    expect(updates.rows.get(3)).toMatchObject({ status: 460, state: 'abandoned' })
    updates.close()
  })

  it('that comes back gets only what is new', async () => {
    await using served = await serveInspector()
    served.alb.exchange()
    const pending = served.alb.start()
    const first = await openUpdates(served.port)
    await first.until('rows', ({ rows }) => rows.size === 2)
    const last = first.messages.at(-1)?.id
    first.close()

    served.alb.end(pending, answeredByFunction())
    served.alb.exchange()
    const second = await openUpdates(served.port, last)
    await second.until('new rows', ({ rows }) => rows.size === 2)
    expect(second.messages.map(({ reset }) => reset)).toEqual([false])
    expect([...second.rows.keys()]).toEqual([2, 3])
    second.close()
  })

  it('that comes back to another run forgets what it knew', async () => {
    await using one = await serveInspector()
    one.alb.exchange()
    const before = await openUpdates(one.port)
    await before.until('row', ({ rows }) => rows.size === 1)
    const last = before.messages.at(-1)?.id
    before.close()

    await using other = await serveInspector()
    const after = await openUpdates(other.port, last)
    await after.until('first message', ({ messages }) => messages.length > 0)
    expect(after.messages[0]).toMatchObject({ reset: true, rows: [] })
    after.close()
  })

  it.each(['x', ':', '::::', `${'9'.repeat(400)}:9`, 'a:-1', 'a:NaN'])(
    'with the nonsensical last id %j starts anew',
    async (last) => {
      await using served = await serveInspector()
      served.alb.exchange()
      const updates = await openUpdates(served.port, last)
      await updates.until('row', ({ rows }) => rows.size === 1)
      expect(updates.messages[0]?.reset).toBe(true)
      updates.close()
    },
  )

  it('sees the list cleared, and what comes after', async () => {
    await using served = await serveInspector()
    served.alb.exchange()
    const pending = served.alb.start()
    const updates = await openUpdates(served.port)
    await updates.until('rows', ({ rows }) => rows.size === 2)
    expect((await served.command('/api/clear')).status).toBe(200)
    await updates.until('reset', ({ rows }) => rows.size === 0)
    expect((await served.ask('/api/exchanges/1')).status).toBe(404)
    // What was under way at that moment is not lost.
    served.alb.end(pending, answeredByFunction())
    await updates.until('row', ({ rows }) => rows.get(2)?.state === 'answered')
    expect([...updates.rows.keys()]).toEqual([2])
    updates.close()
  })

  it('gets ten thousand requests whole, in pieces', async () => {
    await using served = await serveInspector()
    for (let count = 0; count < 10_000; count += 1) served.alb.exchange()
    const updates = await openUpdates(served.port)
    await updates.until('all rows', ({ rows }) => rows.size === 10_000)
    expect(Math.max(...updates.messages.map(({ rows }) => rows.length))).toBeLessThanOrEqual(500)
    expect(updates.messages.filter(({ reset }) => reset)).toHaveLength(1)
    updates.close()
  })

  it('gets a flood in batches, not request by request', async () => {
    await using served = await serveInspector()
    const updates = await openUpdates(served.port)
    await updates.until('first message', ({ messages }) => messages.length === 1)
    for (let count = 0; count < 400; count += 1) served.alb.exchange()
    await updates.until('all rows', ({ rows }) => rows.size === 400)
    expect(updates.messages).toHaveLength(2)
    updates.close()
  })
})
