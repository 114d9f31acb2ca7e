import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAMES } from '../../helpers/response-frames.js'
import { expectSame } from '../../helpers/response-parity.js'

/** One call on a response, and whether the rest goes on in a later turn of the event loop. */
interface Step {
  readonly call: (res: ServerResponse) => unknown
  readonly shown: string
  readonly thenWait?: boolean
}

const NAMES = [
  'X-A',
  'x-a',
  'X-B',
  'Vary',
  'Link',
  'Set-Cookie',
  'Content-Type',
  'ETag',
  '__proto__',
]
// ASCII only: Node writes other characters of a head now as Latin-1, now as UTF-8, by the first piece.
const VALUES = ['', '1', 'a, b', 'x=1; Path=/', 'text/html', '"tag"']

const name = fc.constantFrom(...NAMES)
// Lines of one name in two spellings may come in another order between them.
const oneSpelling = fc.constantFrom(...NAMES.filter((one) => one !== 'x-a'))
const oneValue = fc.constantFrom<string | number>(...VALUES, 0, 42)
const value = fc.oneof(oneValue, fc.array(fc.constantFrom(...VALUES), { maxLength: 3 }))
const status = fc.constantFrom(200, 201, 204, 206, 299, 301, 304, 404, 418, 500, 599)
const phrase = fc.constantFrom('OK', 'All Is Well', "It's Odd?")
const piece = fc.oneof(
  fc.constantFrom('', 'text', 'caf\u00E9', '\u{1F600}', '\uD83D', '\r\n', '0\r\n\r\n'),
  fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)),
)
const encoding = fc.constantFrom<BufferEncoding>('utf8', 'latin1', 'ucs2')

// Node appends to the very array it was given.
const copyOf = <T>(given: T): T => (Array.isArray(given) ? ([...given] as T) : given)

const shown = (given: unknown): string => JSON.stringify(given)

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, value).map(([n, v]) => ({
    call: (res: ServerResponse) => res.setHeader(n, copyOf(v)),
    shown: `setHeader(${shown(n)}, ${shown(v)})`,
  })),
  fc.tuple(name, fc.constantFrom(...VALUES)).map(([n, v]) => ({
    call: (res: ServerResponse) => res.appendHeader(n, v),
    shown: `appendHeader(${shown(n)}, ${shown(v)})`,
  })),
  name.map((n) => ({
    call: (res: ServerResponse) => res.removeHeader(n),
    shown: `removeHeader(${shown(n)})`,
  })),
  fc.array(fc.tuple(name, oneValue), { maxLength: 3 }).map((pairs) => ({
    call: (res: ServerResponse) => res.setHeaders(new Map(pairs as [string, string][])),
    shown: `setHeaders(${shown(pairs)})`,
  })),
  status.map((code) => ({
    call: (res: ServerResponse) => {
      res.statusCode = code
    },
    shown: `statusCode = ${code}`,
  })),
  phrase.map((text) => ({
    call: (res: ServerResponse) => {
      res.statusMessage = text
    },
    shown: `statusMessage = ${text}`,
  })),
  fc.tuple(status, fc.array(fc.tuple(name, value), { maxLength: 3 })).map(([code, pairs]) => ({
    call: (res: ServerResponse) =>
      res.writeHead(code, Object.fromEntries(pairs.map(([n, v]) => [n, copyOf(v)]))),
    shown: `writeHead(${code}, {${shown(pairs)}})`,
  })),
  fc
    .tuple(status, phrase, fc.array(fc.tuple(oneSpelling, oneValue), { maxLength: 3 }))
    .map(([code, text, pairs]) => ({
      call: (res: ServerResponse) => res.writeHead(code, text, pairs.flat()),
      shown: `writeHead(${code}, ${text}, ${shown(pairs.flat())})`,
    })),
  fc.constant({ call: (res: ServerResponse) => res.flushHeaders(), shown: 'flushHeaders()' }),
  fc.constant({ call: (res: ServerResponse) => res.cork(), shown: 'cork()' }),
  fc.constant({
    call: (res: ServerResponse) => {
      if (res.writableCorked > 0) res.uncork()
    },
    shown: 'uncork()',
  }),
  fc.constant({
    call: (res: ServerResponse) => res.setHeader('Transfer-Encoding', 'chunked'),
    shown: 'setHeader(Transfer-Encoding)',
  }),
  fc.constant({
    call: (res: ServerResponse) => res.setHeader('Connection', 'X-C'),
    shown: 'setHeader(Connection, X-C)',
  }),
  fc.tuple(piece, encoding, fc.boolean()).map(([data, enc, thenWait]) => ({
    call: (res: ServerResponse) =>
      typeof data === 'string' ? res.write(data, enc) : res.write(data),
    shown: `write(${shown(data)}, ${enc})`,
    thenWait,
  })),
)

const script = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD'),
  frame: fc.constantFrom(...FRAMES),
  steps: fc.array(step, { maxLength: 8 }),
  last: fc.option(piece, { nil: undefined }),
})

describe('any sequence of response calls', () => {
  it('gives what a real server sends, and fails where it fails', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ method, frame, steps, last }) => {
        const runs: string[][] = []
        await expectSame(
          () => {
            const outcomes: string[] = []
            runs.push(outcomes)
            return frame.wrap(async (_req, res) => {
              for (const { call, shown: text, thenWait } of steps) {
                try {
                  call(res)
                } catch (error) {
                  outcomes.push(`${text}: ${String((error as { code?: unknown }).code)}`)
                }
                if (thenWait === true) await new Promise(setImmediate)
              }
              while (res.writableCorked > 0) res.uncork()
              res.end(last)
            })
          },
          { method },
        )
        expect(runs[1]).toEqual(runs[0])
        expect(runs[2]).toEqual(runs[0])
      }),
      { numRuns: 150 },
    )
  })
})
