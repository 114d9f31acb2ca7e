import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { AlbResult } from 'express-alb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../helpers/collected-log.js'
import { MODES, type Mode } from '../../helpers/modes.js'
import { throughAdapter, type ThroughAdapter } from '../../helpers/response-parity.js'

/** 1 MB as AWS counts the JSON of a result. */
const LIMIT = 1_048_576

function sizeOf(result: AlbResult): number {
  return Buffer.byteLength(JSON.stringify(result))
}

type Respond = (res: ServerResponse, body: string | Buffer) => void

const plainly: Respond = (res, body) => void res.end(body)

function answer(respond: Respond, body: string | Buffer, mode: Mode): Promise<ThroughAdapter> {
  return throughAdapter((_req, res) => respond(res, body), {}, mode, { oversize: 'refuse' })
}

/**
 * What a result must be by the letter: text if that fits, else base64 if that fits, else a 500. Measured
 * by writing out what a small response gives with its body replaced.
 */
async function expectedFor(
  respond: Respond,
  body: string | Buffer,
  mode: Mode,
): Promise<{ statusCode: number; isBase64Encoded: boolean; size: number } | undefined> {
  const { result } = await answer(respond, typeof body === 'string' ? 'x' : Buffer.from('x'), mode)
  const bytes = Buffer.from(body as string)
  const isText = bytes.equals(Buffer.from(bytes.toString()))
  const candidates = [
    ...(isText ? [{ ...result, body: bytes.toString(), isBase64Encoded: false }] : []),
    { ...result, body: bytes.toString('base64'), isBase64Encoded: true },
  ]
  const fitting = candidates.find((candidate) => sizeOf(candidate) <= LIMIT)
  return (
    fitting && {
      statusCode: fitting.statusCode,
      isBase64Encoded: fitting.isBase64Encoded,
      size: sizeOf(fitting),
    }
  )
}

async function expectAsCounted(
  respond: Respond,
  body: string | Buffer,
  mode: Mode,
): Promise<boolean> {
  const expected = await expectedFor(respond, body, mode)
  const { result, log } = await answer(respond, body, mode)
  if (expected === undefined) {
    expect(result.statusCode).toBe(500)
    expect(log.codes).toEqual([CODES.tooLarge])
    return false
  }
  expect({
    statusCode: result.statusCode,
    isBase64Encoded: result.isBase64Encoded,
    size: sizeOf(result),
  }).toEqual(expected)
  expect(log.codes).toEqual([])
  return true
}

/** Bodies by their length, and how many bytes of JSON one more unit of length takes. */
const BODIES: readonly (readonly [
  title: string,
  make: (length: number) => string | Buffer,
  bytesPerUnit: number,
])[] = [
  ['ASCII text', (length) => 'a'.repeat(length), 1],
  ['ASCII text in a buffer', (length) => Buffer.alloc(length, 'a'), 1],
  ['text with some quotes', (length) => 'abcdefgh"'.repeat(length), 10],
  ['text with some line ends', (length) => 'abcdefgh\n'.repeat(length), 10],
  ['text with some backslashes', (length) => 'abcdefgh\\'.repeat(length), 10],
  ['text with a few control characters', (length) => `${'a'.repeat(40)}\u0001`.repeat(length), 46],
  ['two-byte characters', (length) => '\u00E9'.repeat(length), 2],
  ['three-byte characters', (length) => '\u65E5'.repeat(length), 3],
  ['four-byte characters', (length) => '\u{1F600}'.repeat(length), 4],
  ['line separators', (length) => '\u2028'.repeat(length), 3],
  ['a byte order mark and text', (length) => `\uFEFF${'a'.repeat(length)}`, 1],
  ['bytes', (length) => Buffer.alloc(length, 0xff), 4 / 3],
  ['bytes, three at a time', (length) => Buffer.alloc(3 * length, 0xff), 4],
]

/** Ways to a response, each with other parts of the result that count. */
const WAYS: readonly (readonly [title: string, respond: Respond])[] = [
  [
    'with fields',
    (res, body) =>
      void res.writeHead(200, { 'Content-Type': 'text/plain', 'X-A': 'a'.repeat(1000) }).end(body),
  ],
  [
    'with fields that JSON escapes',
    (res, body) =>
      void res.writeHead(200, { ETag: '"'.repeat(700), 'X-A': '\\'.repeat(500) }).end(body),
  ],
  [
    'with fields beyond ASCII',
    (res, body) =>
      void res
        .writeHead(200, { 'X-A': Buffer.from('\u65E5'.repeat(300)).toString('latin1') })
        .end(body),
  ],
  [
    'with a long reason phrase and a status of its own',
    (res, body) => void res.writeHead(299, `"${'Reason '.repeat(50)}"`).end(body),
  ],
  [
    'with many fields',
    (res, body) => {
      for (let i = 0; i < 200; i++) res.setHeader(`X-${i}`, [`${i}`, 'b'])
      res.end(body)
    },
  ],
  [
    'in several writes',
    (res, body) => {
      const middle = Math.floor(body.length / 2 / 3) * 3
      res.write(body.slice(0, middle))
      res.end(body.slice(middle))
    },
  ],
]

async function expectMetToTheByte(
  mode: Mode,
  respond: Respond,
  make: (length: number) => string | Buffer,
  bytesPerUnit: number,
): Promise<void> {
  const { result } = await answer(respond, make(1), mode)
  // The longest body by this estimate, then both sides of the edge.
  const estimate = 1 + Math.floor((LIMIT - sizeOf(result)) / bytesPerUnit)
  const outcomes: boolean[] = []
  for (const length of [estimate - 3, estimate + 3]) {
    outcomes.push(await expectAsCounted(respond, make(length), mode))
  }
  expect(outcomes).toEqual([true, false])
  await expectAsCounted(respond, make(estimate), mode)
}

describe('the limit of 1,048,576 bytes', () => {
  it.each(BODIES)('is met to the byte by %s', async (_title, make, bytesPerUnit) => {
    await expectMetToTheByte('single', plainly, make, bytesPerUnit)
  })

  it.each([0, 1, 2, 3])(
    'counts each byte of a buffer that begins %i bytes into another',
    async (offset) => {
      // Also the last few, at every length: these leave all remainders by eight at the edge and three bytes beside it.
      for (const end of ['', '\n', '\n\n', '\u0001"', 'a\\\u001F']) {
        await expectMetToTheByte(
          'single',
          plainly,
          (length) =>
            Buffer.from(`${'\0'.repeat(offset)}${'a'.repeat(length)}${end}`).subarray(offset),
          1,
        )
      }
    },
  )

  it.each([
    ['beginning', (controls: string, rest: string) => controls + rest],
    ['end', (controls: string, rest: string) => rest + controls],
  ])('is met to the byte by text with control characters at its %s only', async (_title, join) => {
    const make = (length: number): string => join('\u0001'.repeat(90_000), 'a'.repeat(length))
    const { result } = await answer(plainly, make(0), 'single')
    const most = LIMIT - sizeOf(result)
    for (const length of [most - 3, most, most + 1, most + 3]) {
      await expectAsCounted(plainly, make(length), 'single')
    }
    const bodies = await Promise.all(
      [most, most + 1].map((length) => answer(plainly, make(length), 'single')),
    )
    expect(bodies.map((each) => each.result.isBase64Encoded)).toEqual([false, true])
  })

  it('is measured in the result that is returned, whatever the body is made of', async () => {
    const fragment = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
    const share = fc.constantFrom(0.5, 0.75, 0.9, 0.99, 0.999, 1, 1.001, 1.01, 1.3)
    await fc.assert(
      fc.asyncProperty(fragment, share, fc.boolean(), async (text, part, asBuffer) => {
        const perRepeat = Buffer.byteLength(JSON.stringify(text)) - 2
        const body = text.repeat(Math.floor((LIMIT * part) / perRepeat)).toWellFormed()
        await expectAsCounted(plainly, asBuffer ? Buffer.from(body) : body, 'single')
      }),
      { numRuns: 5 },
    )
  })
})

describe.each(MODES)('the limit of 1,048,576 bytes in %s-value mode', (mode) => {
  it.each(WAYS)('counts the rest of the result: %s', async (_title, respond) => {
    await expectMetToTheByte(mode, respond, (length) => 'a'.repeat(length), 1)
    await expectMetToTheByte(mode, respond, (length) => Buffer.alloc(3 * length, 0xff), 4)
  })

  it('lets exactly 1,048,576 bytes pass and refuses one more', async () => {
    const { result } = await answer(plainly, 'a', mode)
    const most = LIMIT - sizeOf(result) + 1
    const full = await answer(plainly, 'a'.repeat(most), mode)
    expect(sizeOf(full.result)).toBe(LIMIT)
    expect(full.status).toBe(200)
    const over = await answer(plainly, 'a'.repeat(most + 1), mode)
    expect(over.status).toBe(500)
  })
})

describe.each(MODES)('a text that is shorter in base64 in %s-value mode', (mode) => {
  it.each([
    ['line ends', '\n', 700_000],
    ['quotes', '"', 780_000],
    ['NUL characters', '\0', 780_000],
    ['control characters', '\u001F', 300_000],
  ])('goes as base64 when only that fits: %s', async (_title, character, length) => {
    const text = character.repeat(length)
    const { result, body, log } = await answer(plainly, text, mode)
    expect(result.isBase64Encoded).toBe(true)
    expect(result.statusCode).toBe(200)
    expect(body.toString()).toBe(text)
    expect(log.codes).toEqual([])
  })

  it('stays text while that fits', async () => {
    const { result } = await answer(plainly, '\0'.repeat(170_000), mode)
    expect(result.isBase64Encoded).toBe(false)
  })

  it('is refused when not even base64 fits', async () => {
    const { status, log } = await answer(plainly, '\0'.repeat(800_000), mode)
    expect(status).toBe(500)
    expect(log.codes).toEqual([CODES.tooLarge])
  })
})

describe('fields alone', () => {
  it.each(MODES)('can be too large, too, in %s-value mode', async (mode) => {
    const { status, log } = await throughAdapter(
      (_req, res) => {
        for (let i = 0; i < 40; i++) res.setHeader(`X-${i}`, 'a'.repeat(30_000))
        res.end()
      },
      {},
      mode,
    )
    expect(status).toBe(500)
    expect(log.codes).toEqual([CODES.tooLarge])
  })

  it.each(MODES)(
    'are at most 32 KB together, beyond which an ALB refuses them, in %s-value mode',
    async (mode) => {
      const withFields = (bytes: number): Promise<ThroughAdapter> =>
        throughAdapter(
          (_req, res) => {
            for (let i = 0; i < bytes / 1_000; i++) res.setHeader(`X-${i}`, 'a'.repeat(990))
            res.end('x')
          },
          {},
          mode,
        )
      expect((await withFields(31_000)).status).toBe(200)
      const { status, log } = await withFields(34_000)
      expect(status).toBe(500)
      expect(log.codes).toEqual([CODES.tooLarge])
      // What to shrink is not the body here.
      expect(log.entries[0]?.message).toMatch(/32 KB of headers/)
    },
  )

  it('count by name, colon, space, value and line end, with status and reason: 32,768 in all', async () => {
    const rest = '200 OK'.length + 'X-A: \r\n'.length + 'X-B: \u00E9\r\n'.length + 1
    const withHead = (bytes: number): Promise<ThroughAdapter> =>
      throughAdapter((_req, res) => {
        // A character beyond ASCII is on the wire with the bytes that it has in UTF-8.
        const twoBytes = Buffer.from('\u00E9').toString('latin1')
        res.writeHead(200, { 'X-A': 'a'.repeat(bytes - rest), 'X-B': twoBytes }).end()
      })
    expect((await withHead(32_768)).status).toBe(200)
    expect((await withHead(32_769)).status).toBe(500)
  })

  it('of an answer to HEAD are measured, its body is not', async () => {
    const { status, log } = await throughAdapter(
      (_req, res) => res.setHeader('Content-Length', 5_000_000).end('a'.repeat(5_000_000)),
      { method: 'HEAD' },
    )
    expect(status).toBe(200)
    expect(log.codes).toEqual([])
  })
})
