import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import {
  expectSameOf,
  fromResult,
  fromWire,
  onServer,
  throughAdapter,
} from '../../helpers/response-parity.js'

type Spoil = () => void

interface Moment {
  readonly when: string
  /** Whether it comes before a server sends what `write` was given. */
  readonly isEarly?: boolean
  /** What happens before the call that takes the piece, and after it. */
  readonly before?: (spoil: Spoil) => void
  readonly after?: (spoil: Spoil) => void
  /** Whether it is the call's callback that spoils. */
  readonly isCallback?: boolean
}

/** When the app writes over a piece that it has given to its response. */
const MOMENTS: readonly Moment[] = [
  { when: 'at once', isEarly: true, after: (spoil) => spoil() },
  { when: 'in a tick asked for before', isEarly: true, before: (spoil) => process.nextTick(spoil) },
  { when: 'in a tick', after: (spoil) => process.nextTick(spoil) },
  { when: 'in a microtask', after: (spoil) => queueMicrotask(spoil) },
  { when: 'in the callback', isCallback: true },
  { when: 'a turn later', after: (spoil) => setImmediate(spoil) },
]

interface Call {
  readonly call: string
  /** Whether a server sends what it is given only a tick later. */
  readonly isWrite?: boolean
  readonly take: (res: ServerResponse, piece: Uint8Array, callback?: () => void) => unknown
  /** The body before the piece. */
  readonly before?: string
}

/** What a piece is given to. */
const CALLS: readonly Call[] = [
  {
    call: 'write',
    isWrite: true,
    take: (res, piece, callback) => res.write(piece, callback),
  },
  {
    call: 'write with a length',
    isWrite: true,
    take: (res, piece, callback) => {
      res.setHeader('Content-Length', piece.length)
      res.write(piece, callback)
    },
  },
  {
    call: 'the second write',
    isWrite: true,
    take: (res, piece, callback) => {
      res.write(Buffer.from('first '))
      res.write(piece, callback)
    },
    before: 'first ',
  },
  { call: 'end', take: (res, piece, callback) => res.end(piece, callback) },
  {
    call: 'end with a length',
    take: (res, piece, callback) => {
      res.setHeader('Content-Length', piece.length)
      res.end(piece, callback)
    },
  },
  {
    call: 'end after writeHead',
    take: (res, piece, callback) => {
      res.writeHead(200, { 'Content-Length': piece.length })
      res.end(piece, callback)
    },
  },
  {
    call: 'end after write',
    take: (res, piece, callback) => {
      res.write(Buffer.from('first '))
      res.end(piece, callback)
    },
    before: 'first ',
  },
]

const PIECES: readonly (readonly [kind: string, text: string, make: () => Uint8Array])[] = [
  ['a Buffer', 'bytes', () => Buffer.from('bytes')],
  ['a large Buffer', 'bytes'.repeat(14_000), () => Buffer.alloc(70_000, 'bytes')],
  ['a Uint8Array', 'bytes', () => new TextEncoder().encode('bytes')],
  ['a part of one', 'bytes', () => new TextEncoder().encode('[bytes]').subarray(1, 6)],
]

const STARTS = [
  ['the listener', (respond: () => void) => respond()],
  ['a turn after it', (respond: () => void) => void setImmediate(respond)],
] as const

describe.each(CALLS)('a piece given to $call', ({ isWrite, take, before = '' }) => {
  describe.each(PIECES)('as %s', (_kind, text, make) => {
    describe.each(STARTS)('in %s', (_where, start) => {
      it.each(MOMENTS)(
        'and written over $when is in the answer as it was given',
        async (moment) => {
          const listener = (_req: unknown, res: ServerResponse): void =>
            start(() => {
              const piece = make()
              const spoil = (): void => {
                piece.fill(0x21)
              }
              moment.before?.(spoil)
              take(res, piece, moment.isCallback ? spoil : undefined)
              moment.after?.(spoil)
              setTimeout(() => {
                if (!res.writableEnded) res.end()
              }, 3)
            })
          const real = await onServer(listener)
          const spoils = isWrite === true && moment.isEarly === true
          expect(real.body.toString() === before + text).toBe(!spoils)
          for (const mode of MODES) {
            const response = await throughAdapter(listener, {}, mode)
            expect(response.text()).toBe(before + text)
            if (!spoils) expect(fromResult(response, {})).toEqual(fromWire(real, {}))
          }
        },
      )
    })
  })
})

describe('a buffer that the app uses again', () => {
  it('in the callback of the piece before it is in the answer as it was given', async () => {
    const { body } = await expectSameOf((_req, res) => {
      const second = Buffer.from('second')
      res.write(Buffer.from('first '), () => second.fill('!'))
      res.write('text ')
      res.write(second)
      setTimeout(() => res.end(), 3)
    })
    expect(body).toBe('first text second')
  })

  it.each(MODES)(
    'as soon as end returns is as it was for a hook, in %s-value mode',
    async (mode) => {
      const { body } = await throughAdapter(
        (_req, res) => {
          const buffer = Buffer.from('only')
          res.end(buffer)
          buffer.fill('!')
        },
        {},
        mode,
        { onResponse: (response) => response },
      )
      expect(body.toString()).toBe('only')
    },
  )

  it('as soon as end returns is as it was when the response must be compressed', async () => {
    const { body } = await throughAdapter(
      (_req, res) => {
        const buffer = Buffer.alloc(1_500_000, 'a')
        res.setHeader('Content-Type', 'text/plain')
        res.end(buffer)
        buffer.fill('!')
      },
      { headers: { 'Accept-Encoding': 'gzip' } },
    )
    expect(gunzipSync(body).equals(Buffer.alloc(1_500_000, 'a'))).toBe(true)
  })

  const reuse = (res: ServerResponse): void => {
    const buffer = Buffer.from('first')
    res.write(buffer, () => {
      buffer.write('SPOIL')
      res.write(buffer, () => {
        buffer.fill('x')
        res.end(buffer, () => buffer.fill('!'))
      })
    })
  }

  it('after its write callback leaves the answer as it was written', async () => {
    const { body } = await expectSameOf((_req, res) => {
      reuse(res)
    })
    expect(body).toBe('firstSPOILxxxxx')
  })

  it.each(MODES)('leaves it so when a hook sees the response in %s-value mode', async (mode) => {
    const { body } = await throughAdapter((_req, res) => reuse(res), {}, mode, {
      onResponse: async (response) => {
        await new Promise(setImmediate)
        return response
      },
    })
    expect(body.toString()).toBe('firstSPOILxxxxx')
  })

  it('after the callback of end, also when it is the only piece and a hook waits', async () => {
    const { body } = await throughAdapter(
      (_req, res) => {
        const buffer = Buffer.from('only')
        res.end(buffer, () => buffer.fill('!'))
      },
      {},
      'single',
      {
        onResponse: async (response) => {
          await new Promise(setImmediate)
          return response
        },
      },
    )
    expect(body.toString()).toBe('only')
  })

  it('after the drain event leaves the answer as it was written', async () => {
    const { body } = await expectSameOf((_req, res) => {
      const buffer = Buffer.alloc(200_000, 'a')
      if (res.write(buffer)) res.destroy()
      res.once('drain', () => {
        buffer.fill('b')
        res.end(buffer.subarray(0, 3))
      })
    })
    expect(body).toMatch(/^200003 bytes/)
  })

  it('of the app is never written to', async () => {
    const buffer = Buffer.from('constant')
    await throughAdapter((_req, res) => res.end(buffer), {}, 'single', {
      onResponse: (response) => {
        ;(response.body as Buffer).fill('!')
      },
    })
    expect(buffer.toString()).toBe('constant')
  })
})
