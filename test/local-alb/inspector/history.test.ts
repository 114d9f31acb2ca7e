import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../../packages/local-alb/src/exchange.js'
import { History } from '../../../packages/local-alb/src/inspector/history.js'
import { answeredByFunction, makeRequest } from './exchanges.js'

const MB = 1024 * 1024

function ended(id: number, parts: Partial<Exchange> = {}): Exchange {
  return { id, request: makeRequest(), startedAt: 0, endedAt: 5, ...answeredByFunction(), ...parts }
}

describe('the history', () => {
  it('keeps the newest exchanges, as many as it was told', () => {
    const history = new History({ keep: 3, keepBytes: 2 ** 40 })
    for (let id = 1; id <= 5; id += 1) history.record(ended(id))
    expect(history.changesSince(0, 100).rows.map(({ id }) => id)).toEqual([3, 4, 5])
    expect(history.get(2)).toBe(undefined)
  })

  it('drops the oldest bodies first, and leaves their lines', () => {
    const history = new History({ keep: 100, keepBytes: 3 * MB })
    const requestBody = Buffer.alloc(MB)
    for (let id = 1; id <= 5; id += 1) {
      const { invocation } = answeredByFunction()
      const logs = [{ stream: 'stdout', text: 'x', time: new Date() } as const]
      history.record(ended(id, { requestBody, invocation: { ...invocation!, logs } }))
    }
    expect(history.bytes).toBeLessThanOrEqual(3 * MB)
    const kept = [1, 2, 3, 4, 5].map((id) => history.get(id)?.exchange)
    expect(kept.map((exchange) => exchange?.trimmed ?? false)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect(kept[0]).toMatchObject({ request: { target: '/' }, response: { status: 200 } })
    expect(kept[0]).not.toHaveProperty('requestBody')
    expect(kept[0]).not.toHaveProperty('event')
    expect(kept[0]).not.toHaveProperty('result')
    expect(kept[0]?.response?.body).toBe(undefined)
    expect(kept[0]?.invocation?.logs).toEqual([])
    expect(kept[4]?.requestBody).toBe(requestBody)
    expect(kept[4]?.invocation?.logs).toHaveLength(1)
  })

  it('makes room with what it still holds, not with what is gone already', () => {
    const history = new History({ keep: 2, keepBytes: 2.5 * MB })
    for (const id of [1, 2, 3]) history.record(ended(id, { requestBody: Buffer.alloc(MB) }))
    history.record(ended(4, { requestBody: Buffer.alloc(2 * MB) }))
    expect(history.get(3)?.exchange.trimmed).toBe(true)
    expect(history.get(4)?.exchange.trimmed ?? false).toBe(false)
  })

  it('counts every part that can be large', () => {
    const parts: Partial<Exchange>[] = [
      { event: 'x'.repeat(MB) },
      { result: 'x'.repeat(MB) },
      { requestBody: Buffer.alloc(MB) },
      { response: { status: 200, reason: '', headers: [], body: Buffer.alloc(MB) } },
      { response: { status: 200, reason: '', headers: [['x', 'y'.repeat(MB)]], body: undefined } },
      { request: makeRequest({ headers: [['x', 'y'.repeat(MB)]] }) },
      {
        invocation: {
          ...answeredByFunction().invocation!,
          logs: [{ stream: 'stdout', text: 'x'.repeat(MB), time: new Date() }],
        },
      },
    ]
    for (const part of parts) {
      const history = new History({ keep: 10, keepBytes: 2 ** 40 })
      history.record(ended(1, part))
      expect([Object.keys(part), history.bytes >= MB]).toEqual([Object.keys(part), true])
      history.clear()
      expect(history.bytes).toBe(0)
    }
  })

  it('drops whole exchanges when heads alone are too much', () => {
    const history = new History({ keep: 1000, keepBytes: MB })
    const request = makeRequest({ headers: [['x', 'y'.repeat(64 * 1024)]] })
    for (let id = 1; id <= 50; id += 1) history.record(ended(id, { request }))
    expect(history.bytes).toBeLessThanOrEqual(MB)
    expect(history.get(50)?.row.id).toBe(50)
    expect(history.get(1)).toBe(undefined)
  })

  it('lets go of connections once an exchange is over', () => {
    const history = new History({ keep: 10, keepBytes: MB })
    const exchange: Exchange = {
      id: 1,
      startedAt: 0,
      request: { ...makeRequest(), upgrade: () => new Readable() as never },
      targetGroup: { name: 'g', arn: 'a', targets: ['held'] } as Exchange['targetGroup'] & object,
      response: { status: 200, reason: 'OK', headers: [], body: Readable.from(['streamed']) },
    }
    history.record(exchange)
    exchange.endedAt = 3
    history.record(exchange)
    const kept = history.get(1)?.exchange
    expect(Object.keys(kept?.request ?? {}).toSorted()).toEqual([
      'connection',
      'hasBody',
      'headBytes',
      'headers',
      'method',
      'receivedAt',
      'target',
      'version',
    ])
    expect(kept?.targetGroup).toEqual({ name: 'g', arn: 'a' })
    expect(kept).toMatchObject({ streamed: true, response: { body: undefined } })
  })

  it('never holds more than it may, and never miscounts, whatever comes in which order', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ id: fc.nat(30), size: fc.nat(4_000), over: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(20_000), (steps, extra) => {
        const limit = 10_000 + extra
        const history = new History({ keep: 7, keepBytes: limit })
        for (const item of steps) {
          if (item === 'clear') {
            history.clear()
            continue
          }
          const { id, size, over } = item
          const requestBody = Buffer.alloc(size)
          history.record(
            over
              ? ended(id, { requestBody })
              : { id, request: makeRequest(), startedAt: 0, requestBody },
          )
          const { rows } = history.changesSince(0, 1_000)
          expect(rows.length).toBeLessThanOrEqual(7)
          expect(rows.map((row) => row.id)).toContain(id)
          expect(history.bytes).toBeLessThanOrEqual(limit)
          expect(history.bytes).toBeGreaterThan(0)
        }
        history.clear()
        expect(history.bytes).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('tells each reader what is new to them, in any pieces, and ends with the truth', () => {
    const history = new History({ keep: 20, keepBytes: 2 ** 40 })
    const step = fc.oneof(
      fc.record({ record: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ read: fc.integer({ min: 1, max: 6 }) }),
      fc.constant({ clear: true as const }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        history.clear()
        let seen = 0
        const known = new Map<number, string>()
        const read = (most: number): void => {
          const changes = history.changesSince(seen, most)
          if (changes.reset) known.clear()
          for (const row of changes.rows) known.set(row.id, row.path)
          seen = changes.version
        }
        let count = 0
        for (const item of steps) {
          count += 1
          if ('record' in item) {
            const request = makeRequest({ target: `/${count}` })
            history.record({ id: item.record, request, startedAt: 0 })
          } else if ('read' in item) read(item.read)
          else history.clear()
        }
        while (seen !== history.version) read(3)
        const truth = history.changesSince(0, 1_000).rows
        // A reader drops what is beyond `keep` by itself, the oldest first; all that is left is right.
        for (const { id, path } of truth) expect(known.get(id)).toBe(path)
      }),
      { numRuns: 100 },
    )
  })
})
