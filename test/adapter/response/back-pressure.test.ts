import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../helpers/collected-log.js'
import { within } from '../../helpers/deadline.js'
import { MODES } from '../../helpers/modes.js'
import { FRAMES } from '../../helpers/response-frames.js'
import { expectSame, expectSameOf, throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

const KB = 1024
const MB = 1024 * KB
// More than any socket buffers.
const BURST = 200 * KB

/** Runs a listener on a real server and in both modes, and gives what each run noted. */
async function notes<T>(
  listener: (res: ServerResponse, note: (value: T) => void) => unknown,
): Promise<T[][]> {
  const runs: T[][] = []
  await expectSame(() => {
    const noted: T[] = []
    runs.push(noted)
    return (_req, res) => listener(res, (value) => noted.push(value))
  })
  return runs
}

describe('the return value of write', () => {
  it('is true for little and false for more than a socket buffers, as on a real server', async () => {
    const [real, ...adapter] = await notes<boolean>((res, note) => {
      note(res.write('small'))
      note(res.write(Buffer.alloc(500 * KB, 'x')))
      note(res.write('small again'))
      res.end()
    })
    expect(real).toEqual([true, false, false])
    for (const run of adapter) expect(run).toEqual(real)
  })

  it('turns false in the course of many small writes in one tick, as on a real server', async () => {
    const [real, ...adapter] = await notes<boolean>((res, note) => {
      for (let i = 0; i < 300; i++) note(res.write(Buffer.alloc(KB, 'x')))
      res.end()
    })
    expect(real?.[0]).toBe(true)
    expect(real?.at(-1)).toBe(false)
    for (const run of adapter) {
      expect(run[0]).toBe(true)
      expect(run.at(-1)).toBe(false)
      // Nothing is taken off the buffer in the middle of a tick.
      expect(run.indexOf(false)).toBe(run.lastIndexOf(true) + 1)
    }
  })

  it('is false from the high-water mark on', async () => {
    // On a real server the head counts too, so that the mark cannot be met to the byte.
    const { body } = await throughAdapter((_req, res) => {
      const { writableHighWaterMark = 0 } = res.socket ?? {}
      const below = res.write(Buffer.alloc(writableHighWaterMark - 1, 'x'))
      res.end(`${below} ${res.write('x')}`)
    })
    expect(body.toString()).toMatch(/^x+true false$/)
  })

  it('is true again after drain', async () => {
    const runs = await notes<unknown>(async (res, note) => {
      note(res.write(Buffer.alloc(BURST, 'x')))
      note(res.writableNeedDrain)
      await once(res, 'drain')
      note(res.writableNeedDrain)
      note(res.writableLength)
      note(res.write('more'))
      note(res.writableNeedDrain)
      res.end()
    })
    for (const run of runs) expect(run).toEqual([false, true, false, 0, true, false])
  })
})

describe('drain', () => {
  it('comes once for each time that write returned false, and never before the tick is over', async () => {
    const runs = await notes<string>(async (res, note) => {
      res.on('drain', () => note('drain'))
      for (let round = 0; round < 3; round++) {
        res.write(Buffer.alloc(BURST, 'x'))
        res.write(Buffer.alloc(10, 'x'))
        note('written')
        await once(res, 'drain')
      }
      res.end()
    })
    for (const run of runs) {
      expect(run).toEqual(['written', 'drain', 'written', 'drain', 'written', 'drain'])
    }
  })

  it('comes for what meets the high-water mark to the byte', async () => {
    const { body } = await throughAdapter(async (_req, res) => {
      const { writableHighWaterMark = 0 } = res.socket ?? {}
      const accepted = res.write(Buffer.alloc(writableHighWaterMark, 'x'))
      await once(res, 'drain')
      res.end(String(accepted))
    })
    expect(body.toString()).toMatch(/^x+false$/)
  })

  it('does not come when nobody was asked to wait', async () => {
    const runs = await notes<string>((res, note) => {
      res.on('drain', () => note('drain'))
      res.socket?.on('drain', () => note('drain of the socket'))
      res.write('a')
      setImmediate(() => {
        res.write('b')
        setImmediate(() => res.end())
      })
    })
    expect(runs).toEqual([[], [], []])
  })

  it('does not come on a response that has ended', async () => {
    const runs = await notes<string>((res, note) => {
      res.on('drain', () => note('drain'))
      res.write(Buffer.alloc(BURST, 'x'))
      res.end()
    })
    expect(runs).toEqual([[], [], []])
  })

  it('comes when the response was corked meanwhile', async () => {
    const { body } = await expectSame(() => async (_req, res) => {
      res.cork()
      const accepted = res.write(Buffer.alloc(BURST, 'a'))
      res.uncork()
      if (!accepted) await once(res, 'drain')
      res.end('!')
    })
    expect(body).toMatch(/^204801 bytes/)
  })

  it('lets a pipe begin after a hand-written drain', async () => {
    const { body } = await expectSame(() => async (_req, res) => {
      if (!res.write(Buffer.alloc(BURST, 'a'))) await once(res, 'drain')
      Readable.from([Buffer.alloc(100 * KB, 'b'), Buffer.alloc(100 * KB, 'c')]).pipe(res)
    })
    expect(body).toMatch(/^409600 bytes/)
  })

  it('lets a pipe begin while a drain is still due', async () => {
    const { body } = await expectSame(() => (_req, res) => {
      res.write(Buffer.alloc(BURST, 'a'))
      Readable.from([Buffer.alloc(100 * KB, 'b')]).pipe(res)
    })
    expect(body).toMatch(/^307200 bytes/)
  })

  it('is heard on the socket, too', async () => {
    const runs = await notes<string>(async (res, note) => {
      const drained = once(res.socket ?? res, 'drain')
      res.write(Buffer.alloc(BURST, 'x'))
      await drained
      note('drain')
      res.end()
    })
    expect(runs).toEqual([['drain'], ['drain'], ['drain']])
  })

  it('is heard on the socket once, and not for what is written later', async () => {
    const runs = await notes<string>(async (res, note) => {
      res.socket?.on('drain', () => note('drain'))
      res.write(Buffer.alloc(BURST, 'x'))
      await once(res, 'drain')
      for (const later of ['a', 'b']) {
        res.write(later)
        note(later)
        await turn()
      }
      res.end()
    })
    for (const run of runs) expect(run).toEqual(['drain', 'a', 'b'])
  })
})

/** Ways in which apps stream, each of which hangs when back-pressure is not kept to. */
const STREAMS: readonly (readonly [title: string, stream: (res: ServerResponse) => unknown])[] = [
  [
    'pipe',
    (res) => {
      Readable.from(pieces()).pipe(res)
    },
  ],
  ['pipeline of a readable', (res) => pipeline(Readable.from(pieces()), res)],
  ['pipeline of an async generator', (res) => pipeline(pieces, res)],
  [
    'write and await once(res, drain)',
    async (res) => {
      for await (const piece of pieces()) {
        if (!res.write(piece)) await once(res, 'drain')
      }
      res.end()
    },
  ],
  [
    'write and a drain listener',
    async (res) => {
      const source = pieces()
      const pump = async (): Promise<void> => {
        for (;;) {
          const { done, value } = await source.next()
          if (done === true) break
          if (!res.write(value)) {
            res.once('drain', () => void pump())
            return
          }
        }
        res.end()
      }
      await pump()
    },
  ],
  [
    'pipeTo of a web stream',
    async (res) => {
      await Readable.toWeb(Readable.from(pieces())).pipeTo(
        new WritableStream({
          write: async (piece: Uint8Array) => {
            if (!res.write(piece)) await once(res, 'drain')
          },
        }),
      )
      res.end()
    },
  ],
  [
    'pipe with a pause in between',
    (res) => {
      const source = Readable.from(pieces())
      source.pipe(res)
      source.once('data', () => {
        source.unpipe(res)
        setImmediate(() => source.pipe(res))
      })
    },
  ],
]

async function* pieces(): AsyncGenerator<Buffer> {
  for (let i = 0; i < 8; i++) {
    if (i % 3 === 2) await new Promise(setImmediate)
    yield Buffer.alloc(80 * KB, 65 + i)
  }
}

describe.each(FRAMES)('a stream of 640 KB under $around', ({ wrap }) => {
  it.each(STREAMS)('arrives whole by %s', async (_title, stream) => {
    const { body } = await expectSameOf(wrap((_req, res) => stream(res)))
    expect(body).toMatch(new RegExp(`^${640 * KB} bytes`))
  })
})

const CHUNK = Buffer.alloc(64 * KB, 'x')
const STREAM_BYTES = 100 * MB
// What may be kept of a body at the most (README of option oversize), and one write beyond.
const MOST_KEPT = 16 * MB
const DEADLINE_MS = 5_000
const SLACK = 4 * CHUNK.length

class Endless {
  /** Bytes that the app has handed over. */
  written = 0
  readonly over: Promise<void>
  end!: () => void

  constructor() {
    this.over = new Promise((resolve) => {
      this.end = resolve
    })
  }
}

/** Apps that stream 100 MB and heed what the response tells them. */
const ENDLESS: readonly (readonly [
  title: string,
  stream: (res: ServerResponse, seen: Endless) => unknown,
])[] = [
  [
    'waits for drain',
    async (res, seen) => {
      const closed = once(res, 'close')
      while (seen.written < STREAM_BYTES && !res.destroyed) {
        seen.written += CHUNK.length
        if (!res.write(CHUNK) && !res.destroyed) {
          const drained = new AbortController()
          await Promise.race([once(res, 'drain', drained).catch(() => {}), closed])
          drained.abort()
        }
      }
      seen.end()
      res.end()
    },
  ],
  [
    'pipes',
    (res, seen) => {
      res.on('close', seen.end)
      Readable.from(endless(seen)).pipe(res)
    },
  ],
  [
    'uses pipeline',
    async (res, seen) => {
      await pipeline(endless(seen), res).catch(seen.end)
    },
  ],
]

function* endless(seen: Endless): Generator<Buffer> {
  while (seen.written < STREAM_BYTES) {
    seen.written += CHUNK.length
    yield CHUNK
  }
}

describe.each(FRAMES)('a stream of 100 MB under $around', ({ wrap }) => {
  describe.each([
    ['cannot be compressed', 'application/octet-stream', {}],
    ['might be compressed', 'text/plain', { 'accept-encoding': 'gzip' }],
  ])('that %s', (_title, type, headers) => {
    it.each(ENDLESS)('is refused within 16 MB when the app %s', async (_how, stream) => {
      const seen = new Endless()
      const listener: Listener = wrap((_req, res) => {
        res.setHeader('Content-Type', type)
        return stream(res, seen)
      })
      const { status, log } = await throughAdapter(listener, { headers })
      expect(status).toBe(500)
      expect(log.codes).toEqual([CODES.tooLarge])
      expect(log.entries[0]?.size).toBeGreaterThan(MB)
      expect(log.entries[0]?.size).toBeLessThanOrEqual(MOST_KEPT + SLACK)
      expect(seen.written).toBeLessThanOrEqual(MOST_KEPT + SLACK)
      await within(DEADLINE_MS, 'end of the stream', seen.over)
    })
  })
})

describe('an app that heeds nothing', () => {
  it.each(MODES)(
    'and writes 100 MB in one tick is answered with 500 in %s-value mode',
    async (mode) => {
      let kept = 0
      const { status, log } = await throughAdapter(
        (_req, res) => {
          for (let sent = 0; sent < STREAM_BYTES; sent += CHUNK.length) res.write(CHUNK)
          kept = res.writableLength
          res.end()
        },
        {},
        mode,
      )
      expect(status).toBe(500)
      expect(log.codes).toEqual([CODES.tooLarge])
      expect(kept).toBeLessThanOrEqual(MOST_KEPT + SLACK)
    },
  )

  it('and writes on after the refusal is told that it is over', async () => {
    const refused = new Promise<unknown>((resolve) => {
      void throughAdapter((_req, res) => {
        res.on('close', () => res.write('still more', resolve))
        res.write(Buffer.alloc(MOST_KEPT + 1))
      })
    })
    expect(await within(DEADLINE_MS, 'callback of the write', refused)).toMatchObject({
      code: 'ERR_STREAM_DESTROYED',
    })
  })
})
