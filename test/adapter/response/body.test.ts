import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import { FRAMES } from '../../helpers/response-frames.js'
import { expectSame, expectSameOf, throughAdapter } from '../../helpers/response-parity.js'

interface Case {
  readonly title: string
  readonly respond: (res: ServerResponse) => unknown
}

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const TEXT = 'na\u00EFve caf\u00E9 \u65E5\u672C\u8A9E \u{1F600}'
const ENCODINGS: readonly (readonly [encoding: BufferEncoding, text: string])[] = [
  ['utf8', TEXT],
  ['utf-8', TEXT],
  ['UTF8' as BufferEncoding, TEXT],
  ['UTF-8' as BufferEncoding, TEXT],
  ['latin1', 'caf\u00E9 \u00FF'],
  ['binary', 'caf\u00E9 \u0080'],
  ['ascii', 'plain'],
  ['hex', '00ff10c3a9'],
  ['HEX' as BufferEncoding, 'FF00'],
  ['base64', '/+8A'],
  ['base64url', '_-8A'],
  ['ucs2', TEXT],
  ['ucs-2', TEXT],
  ['utf16le', TEXT],
  ['utf-16le', TEXT],
]

const BODIES: readonly Case[] = [
  ...ENCODINGS.flatMap(([encoding, text]): Case[] => [
    {
      title: `write with ${encoding}`,
      respond: (res) => {
        res.write(text, encoding)
        res.end()
      },
    },
    { title: `end with ${encoding}`, respond: (res) => res.end(text, encoding) },
    {
      title: `write of ${encoding} between two strings`,
      respond: (res) => {
        res.write('<\u00E9>')
        res.write(text, encoding)
        res.end('</\u00E9>')
      },
    },
  ]),
  { title: 'end with nothing', respond: (res) => res.end() },
  { title: 'end with an empty string', respond: (res) => res.end('') },
  { title: 'end with an empty buffer', respond: (res) => res.end(Buffer.alloc(0)) },
  {
    title: 'empty pieces between others',
    respond: (res) => {
      res.write('')
      res.write('a')
      res.write(Buffer.alloc(0))
      res.write('b')
      res.end('')
    },
  },
  { title: 'every byte value in a buffer', respond: (res) => res.end(EVERY_BYTE) },
  {
    title: 'a Uint8Array that is a window on a larger one',
    respond: (res) => res.end(new Uint8Array(EVERY_BYTE.buffer, EVERY_BYTE.byteOffset + 100, 50)),
  },
  {
    title: 'write of a Uint8Array',
    respond: (res) => {
      res.write(Uint8Array.of(0xff, 0x00, 0x0d, 0x0a))
      res.end()
    },
  },
  {
    title: 'a window on a buffer',
    respond: (res) => res.end(EVERY_BYTE.subarray(13, 200)),
  },
  {
    title: 'one UTF-8 character in two buffers',
    respond: (res) => {
      const bytes = Buffer.from('\u65E5')
      res.write(bytes.subarray(0, 1))
      res.end(bytes.subarray(1))
    },
  },
  {
    title: 'half a UTF-8 character at the end',
    respond: (res) => {
      res.write('text ')
      res.end(Buffer.from('\u65E5').subarray(0, 2))
    },
  },
  {
    title: 'strings and buffers in turn',
    respond: (res) => {
      res.write('\u00E9')
      res.write(Buffer.from('\u00E9', 'latin1'))
      res.write('e9', 'hex')
      res.end('\u00E9', 'latin1')
    },
  },
  { title: 'a lone high surrogate', respond: (res) => res.end('a\uD83Db') },
  { title: 'a lone low surrogate', respond: (res) => res.end('a\uDE00b') },
  {
    title: 'a surrogate pair torn between two writes',
    respond: (res) => {
      res.write('\uD83D')
      res.end('\uDE00')
    },
  },
  {
    title: 'a torn surrogate pair in a buffered and a string piece',
    respond: (res) => {
      res.write(Buffer.from('x'))
      res.write('\uD83D', 'utf8')
      res.end('\uDE00', 'utf8')
    },
  },
  { title: 'NUL characters', respond: (res) => res.end('a\0b\0') },
  { title: 'line ends of every kind', respond: (res) => res.end('a\r\nb\nc\r\r\n\r\n0\r\n\r\n') },
  { title: 'a byte order mark', respond: (res) => res.end('\uFEFFtext') },
  { title: 'the separators U+2028 and U+2029', respond: (res) => res.end('a\u2028b\u2029c') },
  {
    title: 'write before and after the head is flushed',
    respond: (res) => {
      res.flushHeaders()
      res.write('a')
      setImmediate(() => res.end('b'))
    },
  },
  {
    title: 'writes in several turns of the event loop',
    respond: (res) => {
      res.write('a')
      setImmediate(() => {
        res.write(Buffer.from([0xff]))
        setTimeout(() => res.end('c'), 2)
      })
    },
  },
  {
    title: 'end in a later turn of the event loop',
    respond: (res) => setImmediate(() => res.end('late')),
  },
  {
    title: 'cork and uncork around writes',
    respond: (res) => {
      res.cork()
      res.write('a')
      res.write('b')
      res.uncork()
      res.end('c')
    },
  },
  {
    title: 'nested corks',
    respond: (res) => {
      res.cork()
      res.write('a')
      res.cork()
      res.write('b')
      res.uncork()
      res.write('c')
      res.uncork()
      res.end('d')
    },
  },
  {
    title: 'uncork in a later tick',
    respond: (res) => {
      res.cork()
      res.write('a')
      res.write('b')
      setImmediate(() => {
        res.uncork()
        res.end('c')
      })
    },
  },
  {
    title: 'a large string',
    respond: (res) => res.end('\u00E9'.repeat(100_000)),
  },
  {
    title: 'a large buffer',
    respond: (res) => res.end(Buffer.alloc(300_000, EVERY_BYTE)),
  },
  {
    title: 'pipe of a readable',
    respond: (res) =>
      Readable.from([Buffer.from('a'), Buffer.from([0xff]), Buffer.from('b')]).pipe(res),
  },
  {
    title: 'pipeline of a generator',
    respond: async (res) => {
      async function* pieces(): AsyncGenerator<string> {
        yield 'one '
        await Promise.resolve()
        yield 'two '
        yield 'three'
      }
      await pipeline(pieces, res)
    },
  },
  {
    title: 'a transform piped into the response',
    respond: (res) => {
      const through = new PassThrough()
      through.pipe(res)
      through.write('a')
      setImmediate(() => through.end('b'))
    },
  },
]

describe.each(FRAMES)('a body under $around', ({ wrap }) => {
  it.each(BODIES)('has the bytes that a real server sends for $title', async ({ respond }) => {
    await expectSameOf(wrap((_req, res) => respond(res)))
  })

  it.each(BODIES.slice(0, 12))('is left out of the answer to HEAD: $title', async ({ respond }) => {
    const { body } = await expectSameOf(
      wrap((_req, res) => respond(res)),
      { method: 'HEAD' },
    )
    expect(body).toBe('')
  })
})

describe.each(MODES)('an end while the response is corked in %s-value mode', (mode) => {
  // No comparison: a real server loses the last piece on Node 22 and 24.
  it.each([1, 2])('sends everything that was written: corked %i times', async (corks) => {
    const { text } = await throughAdapter(
      (_req, res) => {
        for (let i = 0; i < corks; i++) res.cork()
        res.write('a')
        res.write(Buffer.from('b'))
        res.end('c')
      },
      {},
      mode,
    )
    expect(text()).toBe('abc')
  })
})

describe('callbacks', () => {
  it('of write and end are called as on a real server, in order', async () => {
    const runs: string[][] = []
    await expectSame(() => {
      const calls: string[] = []
      runs.push(calls)
      return (_req, res) => {
        res.on('finish', () => calls.push('finish'))
        res.write('a', () => calls.push('write a'))
        res.write('b', 'latin1', (error) => calls.push(error ? 'failed' : 'write b'))
        calls.push('written')
        res.end('c', 'utf8', () => calls.push('end'))
        calls.push('ended')
      }
    })
    expect(runs[1]).toEqual(runs[0])
    expect(runs[2]).toEqual(runs[0])
    // Which of 'finish' and the callback of end comes first differs between versions of Node.
    expect(runs[0]?.slice(0, 4)).toEqual(['written', 'ended', 'write a', 'write b'])
    expect(runs[0]?.slice(4).toSorted()).toEqual(['end', 'finish'])
  })

  it.each([
    ['end(callback)', (res: ServerResponse, done: () => void) => res.end(done)],
    ['end(chunk, callback)', (res: ServerResponse, done: () => void) => res.end('x', done)],
    [
      'end(chunk, encoding, callback)',
      (res: ServerResponse, done: () => void) => res.end('78', 'hex', done),
    ],
    [
      'end(undefined, undefined, callback)',
      (res: ServerResponse, done: () => void) =>
        res.end(undefined, undefined as unknown as BufferEncoding, done),
    ],
  ] as const)('are heard in the form %s', async (_form, end) => {
    let calls = 0
    await expectSame(() => (_req, res) => {
      end(res, () => calls++)
    })
    // On Node 24 it is no listener of 'finish', and comes a tick after an answer given at once.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(calls).toBe(3)
  })

  it('of writes of nothing are called, too', async () => {
    let calls = 0
    await expectSame(() => (_req, res) => {
      res.write('x')
      res.write('', () => {
        calls++
        res.end()
      })
    })
    expect(calls).toBe(3)
  })

  it('let the next write begin, so that a chain of them comes to its end', async () => {
    const { body } = await expectSame(() => (_req, res) => {
      let left = 50
      const next = (): void => {
        if (left-- > 0) res.write(`${left},`, next)
        else res.end()
      }
      next()
    })
    expect(body).toMatch(/^49,48,.*1,0,$/)
  })
})

/** What Node does not take as a piece of a body. */
const WRONG_PIECES: readonly (readonly [title: string, piece: unknown, encoding?: string])[] = [
  ['null', null],
  ['a number', 42],
  ['an object', {}],
  ['undefined', undefined],
  ['an array', ['a']],
  ['a string in an unknown encoding', 'a', 'no-such-encoding'],
]

describe('a piece that Node does not take', () => {
  it.each(WRONG_PIECES)(
    'fails as on a real server: write of %s',
    async (_title, piece, encoding) => {
      const outcomes: unknown[] = []
      await expectSame(() => (_req, res) => {
        res.on('error', (error: Error & { code?: string }) => outcomes.push(error.code))
        // The head goes out, so that the piece reaches the socket, and says that no framing is needed.
        res.setHeader('Content-Length', 2)
        res.write('x')
        try {
          res.write(piece, encoding as BufferEncoding)
          outcomes.push('taken')
        } catch (error) {
          outcomes.push((error as { code?: unknown }).code)
        }
        setImmediate(() => res.end('y'))
      })
      expect(outcomes).toHaveLength(3)
      expect(new Set(outcomes).size).toBe(1)
      expect(outcomes[0]).not.toBe('taken')
    },
  )

  it.each([
    ['a number', 42],
    ['an object', {}],
  ])('fails as on a real server: end with %s', async (_title, piece) => {
    const outcomes: unknown[] = []
    await expectSame(() => (_req, res) => {
      try {
        res.end(piece)
        outcomes.push('taken')
      } catch (error) {
        outcomes.push((error as { code?: unknown }).code)
        res.end('y')
      }
    })
    expect(new Set(outcomes)).toEqual(new Set(['ERR_INVALID_ARG_TYPE']))
  })
})

describe('writing after the end', () => {
  it('reports the same errors in the same places as on a real server', async () => {
    const runs: string[][] = []
    await expectSame(() => {
      const seen: string[] = []
      runs.push(seen)
      const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code)
      return (_req, res) => {
        res.on('error', (error) => seen.push(`error ${codeOf(error)}`))
        res.end('x')
        seen.push(`write ${res.write('y', (error) => seen.push(`callback ${codeOf(error)}`))}`)
        res.end('z', (error?: unknown) => seen.push(`end callback ${codeOf(error)}`))
      }
    })
    expect(runs[1]).toEqual(runs[0])
    expect(runs[2]).toEqual(runs[0])
    expect(runs[0]).toContain('callback ERR_STREAM_WRITE_AFTER_END')
  })

  it('changes nothing when it comes long after', async () => {
    const codes: unknown[] = []
    await expectSame(() => (_req, res) => {
      res.on('error', (error: Error & { code?: string }) => codes.push(error.code))
      res.on('close', () =>
        res.write('y', (error) => codes.push((error as { code?: string }).code)),
      )
      res.end('x')
    })
    expect(new Set(codes).size).toBe(1)
    expect(codes).toHaveLength(3)
  })
})

describe('a length that the app announces', () => {
  it('is held to when strictContentLength is on', async () => {
    const codes: unknown[] = []
    await expectSame(() => (_req, res) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 2)
      res.write('ok')
      try {
        res.write(' and more')
      } catch (error) {
        codes.push((error as { code?: unknown }).code)
      }
      res.end()
    })
    expect(codes).toEqual(Array(3).fill('ERR_HTTP_CONTENT_LENGTH_MISMATCH'))
  })
})
