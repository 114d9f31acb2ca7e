import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkedDecoder, LengthDecoder } from '../../../packages/local-alb/src/listener/chunked.js'
import type { BodyDecoder } from '../../../packages/local-alb/src/listener/chunked.js'
import { RefusedError } from '../../../packages/local-alb/src/message.js'

interface Decoded {
  readonly body: string
  readonly done: boolean
  readonly taken: number
}

/** Feeds the bytes in pieces of these sizes, then the rest. */
function decode(decoder: BodyDecoder, text: string, sizes: readonly number[] = []): Decoded {
  const bytes = Buffer.from(text, 'latin1')
  const parts: Buffer[] = []
  let taken = 0
  for (const size of [...sizes, bytes.length]) {
    if (decoder.done || taken === bytes.length) break
    const piece = bytes.subarray(taken, taken + size)
    taken += decoder.decode(piece, (part) => {
      parts.push(Buffer.from(part))
    })
  }
  return { body: Buffer.concat(parts).toString('latin1'), done: decoder.done, taken }
}

const chunked = (text: string): Decoded => decode(new ChunkedDecoder(), text)

describe('ChunkedDecoder', () => {
  it.each([
    ['0\r\n\r\n', ''],
    ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
    ['3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n', 'abc0123456789'],
    ['1f\r\n' + 'x'.repeat(31) + '\r\n000\r\n\r\n', 'x'.repeat(31)],
    ['5;name=value;x="y"\r\nhello\r\n0;last\r\n\r\n', 'hello'],
    ['5 \t\r\nhello\r\n0 ;a\r\n\r\n', 'hello'],
    ['2\r\n\r\n\r\n0\r\n\r\n', '\r\n'],
    ['1\r\na\r\n0\r\nTrailer: 1\r\nAnother: two\r\n\r\n', 'a'],
  ])('reads %j', (text, body) => {
    expect(chunked(text)).toEqual({ body, done: true, taken: text.length })
  })

  it('leaves what follows to the next request', () => {
    const body = '3\r\nabc\r\n0\r\n\r\n'
    expect(chunked(`${body}GET /`)).toEqual({ body: 'abc', done: true, taken: body.length })
  })

  it('is not done before the last line', () => {
    expect(chunked('3\r\nabc\r\n0\r\n')).toMatchObject({ body: 'abc', done: false })
  })

  it.each([
    ['\r\nhello', 'does not start with its size'],
    ['x\r\n', 'does not start with its size'],
    ['-1\r\n', 'does not start with its size'],
    ['5x\r\n', 'is not hexadecimal'],
    ['0x5\r\n', 'is not hexadecimal'],
    ['5\nhello', 'is not hexadecimal'],
    ['5\rhello', 'does not end with CRLF'],
    ['5\r\nhelloX\r\n', 'does not end with CRLF'],
    ['5\r\nhello\n', 'does not end with CRLF'],
    ['5\r\nhello\rX', 'does not end with CRLF'],
    ['5;a\nhello', 'without a carriage return'],
    ['5;a\rb\r\n', 'does not end with CRLF'],
    ['0\r\nA: b\n\r\n', 'without a carriage return'],
    ['1000000000000\r\n', 'too large'],
  ])('refuses %j', (text, explanation) => {
    expectRefused(text, explanation)
  })

  it('refuses extensions and trailers over the limits for header fields', () => {
    expectRefused(`5;${'a'.repeat(16_384)}\r\n`, 'longer than 16384')
    expectRefused(`0\r\n${'a: b\r\n'.repeat(11_000)}`, 'longer than 65536')
    expect(chunked(`5;${'a'.repeat(16_000)}\r\nhello`).body).toBe('hello')
    expect(chunked(`0\r\n${'a: b\r\n'.repeat(10_000)}\r\n`).done).toBe(true)
  })

  const expectRefused = (text: string, explanation: string): void => {
    let error: unknown
    try {
      chunked(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(RefusedError)
    expect((error as RefusedError).refusal).toMatchObject({
      status: 400,
      close: true,
      explanation: expect.stringContaining(explanation),
    })
  }

  it('reads the same however the bytes are cut', () => {
    const chunk = fc.tuple(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.constantFrom('', ';a=b', ' ;c'),
    )
    fc.assert(
      fc.property(
        fc.array(chunk, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 }),
        (chunks, sizes) => {
          let text = ''
          let body = ''
          for (const [bytes, extension] of chunks) {
            const payload = Buffer.from(bytes).toString('latin1')
            text += `${bytes.length.toString(16)}${extension}\r\n${payload}\r\n`
            body += payload
          }
          text += '0\r\nT: v\r\n\r\n'
          const decoded = decode(new ChunkedDecoder(), `${text}GET`, sizes)
          expect(decoded).toEqual({ body, done: true, taken: text.length })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('LengthDecoder', () => {
  it('takes so many bytes and no more', () => {
    const decoder = new LengthDecoder(5)
    expect(decode(decoder, 'helloGET', [2, 1])).toEqual({ body: 'hello', done: true, taken: 5 })
    expect(decoder.remaining).toBe(0)
  })

  it('knows how much is to come', () => {
    const decoder = new LengthDecoder(5)
    expect(decode(decoder, 'he').done).toBe(false)
    expect(decoder.remaining).toBe(3)
  })
})
