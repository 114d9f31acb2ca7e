import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { History } from '../../../packages/local-alb/src/inspector/history.js'
import { LiveUpdates } from '../../../packages/local-alb/src/inspector/live-updates.js'
import { makeRequest } from './exchanges.js'

/** A connection whose other end reads only when it is told to. */
class StuckConnection extends Duplex {
  received = ''
  reading = false
  #held: (() => void)[] = []

  override _read(): void {
    // Nothing ever comes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const accept = (): void => {
      this.received += chunk.toString()
      done()
    }
    if (this.reading) accept()
    else this.#held.push(accept)
  }

  startReading(): void {
    this.reading = true
    for (const accept of this.#held.splice(0)) accept()
  }
}

interface Opened {
  readonly connection: StuckConnection
  readonly response: ServerResponse
  readonly history: History
}

/** Lets streams do what they have put off to the end of the turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

const KEEP = 2_000

function makeUpdates(): { history: History; live: LiveUpdates } {
  const history = new History({ keep: KEEP, keepBytes: 2 ** 40 })
  return {
    history,
    live: new LiveUpdates(history, () => ({ title: '', url: null, facts: [], keep: KEEP })),
  }
}

function record(history: History, from: number, count: number): void {
  for (let id = from; id < from + count; id += 1) {
    const request = makeRequest({ target: `/${'x'.repeat(480)}` })
    history.record({ id, request, startedAt: 0 })
  }
}

describe('a page that does not read', () => {
  beforeEach(() => {
    // Only what makes it wait: streams have to go on as they do.
    const toFake = [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'performance',
    ] as const
    vi.useFakeTimers({ toFake: [...toFake] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A page on a real HTTP connection whose pace is ours. */
  async function open(history: History, live: LiveUpdates): Promise<Opened> {
    const connection = new StuckConnection()
    const server = createServer()
    const response = await new Promise<ServerResponse>((resolve) => {
      server.on('request', (_request, made) => {
        resolve(made)
      })
      // Node's documentation allows any duplex stream here.
      server.emit('connection', connection)
      connection.push('GET /api/updates HTTP/1.1\r\nHost: x\r\n\r\n')
    })
    expect(live.attach(response, undefined)).toBe(true)
    await settled()
    return { connection, response, history }
  }

  it('has one piece waiting for it, whatever happens meanwhile, and gets the last state of all', async () => {
    const { history, live } = makeUpdates()
    record(history, 1, KEEP)
    const { connection, response } = await open(history, live)
    const waiting = response.writableLength + connection.writableLength
    expect(waiting).toBeGreaterThan(0)
    for (let round = 1; round <= 20; round += 1) {
      record(history, round * KEEP, KEEP)
      live.changed()
      vi.advanceTimersByTime(1_000)
    }
    expect(response.writableLength + connection.writableLength).toBe(waiting)
    expect(waiting).toBeLessThan(1024 * 1024)

    connection.startReading()
    const isLast = (): boolean => connection.received.includes(`"id":${21 * KEEP - 1},`)
    for (let turn = 0; turn < 100 && !isLast(); turn += 1) await settled()
    expect(isLast()).toBe(true)
    const ids = [...connection.received.matchAll(/"id":(\d+),"time"/g)].map(([, id]) => Number(id))
    // The piece that waited, then what is kept now; the 38,000 between were gone before anyone could see them.
    expect(ids).toHaveLength(500 + KEEP)
    expect(ids.slice(500)).toEqual(Array.from({ length: KEEP }, (_, index) => 20 * KEEP + index))
    live.close()
  })

  it('is cut off after a minute; it comes back by itself', async () => {
    const { history, live } = makeUpdates()
    record(history, 1, KEEP)
    const { response } = await open(history, live)
    vi.advanceTimersByTime(50_000)
    expect(response.destroyed).toBe(false)
    vi.advanceTimersByTime(40_000)
    expect(response.destroyed).toBe(true)
    live.close()
  })

  it('is told from one that reads, which hears a heartbeat and is left alone', async () => {
    const { history, live } = makeUpdates()
    const { connection, response } = await open(history, live)
    connection.startReading()
    await settled()
    vi.advanceTimersByTime(300_000)
    await settled()
    expect(response.destroyed).toBe(false)
    expect(connection.received.match(/^:$/gm)).toHaveLength(20)
    live.close()
    expect(response.destroyed).toBe(true)
  })
})

it('cannot use up all connections: there is a limit of 64 pages', () => {
  const { live } = makeUpdates()
  const attach = (): boolean =>
    live.attach(new ServerResponse(new IncomingMessage(new Socket())), undefined)
  expect(Array.from({ length: 64 }, attach).every(Boolean)).toBe(true)
  expect(attach()).toBe(false)
  live.close()
})
