import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit } from '../../../packages/local-alb/src/listener/admission.js'
import { RequestReader } from '../../../packages/local-alb/src/listener/request-reader.js'
import type { HeaderField } from '../../../packages/local-alb/src/message.js'
import { SETTINGS } from './start-listener.js'

interface Read {
  readonly method: string
  readonly target: string
  readonly headers: readonly HeaderField[]
  readonly body: string
  readonly status: number | undefined
}

/** All requests in the pieces, read as a connection reads them. */
function readAll(pieces: readonly Buffer[]): Read[] {
  const reader = new RequestReader(400)
  const requests: Read[] = []
  let body: Buffer[] = []
  const endBody = (): void => {
    const last = requests.at(-1)
    if (last !== undefined)
      requests[requests.length - 1] = { ...last, body: Buffer.concat(body).toString('latin1') }
  }
  for (const piece of pieces) {
    reader.append(piece)
    for (;;) {
      if (reader.inBody) {
        const isWhole = reader.readBody((payload) => body.push(Buffer.from(payload)))
        if (!isWhole) break
        endBody()
      } else {
        const head = reader.readHead()
        if (head === undefined) break
        const { refusal, framing } = admit(head, SETTINGS)
        const { method, target, headers } = head
        requests.push({ method, target, headers, body: '', status: refusal?.status })
        if (refusal?.close === true) return requests
        body = []
        reader.startBody(framing)
      }
    }
  }
  return requests
}

function cut(text: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  const pieces: Buffer[] = []
  let position = 0
  for (const size of sizes) {
    pieces.push(bytes.subarray(position, position + size))
    position += size
  }
  return [...pieces, bytes.subarray(position)]
}

const latin1 = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'))
const word = fc.stringMatching(/^[A-Za-z][\w-]{0,11}$/).map((name) => `X-${name}`)
const value = fc.stringMatching(/^(?:[!-~\x80-\xff](?:[ -~\x80-\xff]{0,12}[!-~\x80-\xff])?)?$/)

interface Sent {
  readonly text: string
  readonly read: Read
}

const request: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PURGE', 'M-SEARCH'),
    target: fc.stringMatching(/^\/[!-~\x80-\xff]{0,20}$/),
    fields: fc.array(fc.tuple(word, value), { maxLength: 4 }),
    body: fc.option(latin1(60), { nil: undefined }),
    chunks: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    before: fc.constantFrom('', '\r\n'),
    lineEnd: fc.constantFrom('\r\n', '\r\n', '\n'),
  })
  .map(({ method, target, fields, body, chunks, before, lineEnd }) => {
    const headers: HeaderField[] = [['Host', 'a'], ...fields]
    let payload = ''
    if (body !== undefined && chunks !== undefined) {
      headers.push(['Transfer-Encoding', 'chunked'])
      for (let at = 0; at < body.length; at += chunks) {
        const chunk = body.slice(at, at + chunks)
        payload += `${chunk.length.toString(16)}\r\n${chunk}\r\n`
      }
      payload += '0\r\n\r\n'
    } else if (body !== undefined) {
      headers.push(['Content-Length', String(body.length)])
      payload = body
    }
    const lines = [
      `${method} ${target} HTTP/1.1`,
      ...headers.map((field) => field.join(': ')),
      '',
      '',
    ]
    const text = `${before}${lines.join(lineEnd)}${payload}`
    return { text, read: { method, target, headers, body: body ?? '', status: undefined } }
  })

describe('RequestReader', () => {
  it('reads the same requests however a connection is cut into packets', () => {
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 120 }),
        (sent, sizes) => {
          const text = sent.map((one) => one.text).join('')
          expect(readAll(cut(text, sizes))).toEqual(sent.map((one) => one.read))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('reads any bytes to the same end, whole or one by one', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'GET / HTTP/1.1',
        'Host: a',
        '\r\n',
        '\n',
        '\r',
        ' ',
        ':',
        '\r\n\r\n',
        '\0',
        'Content-Length: 3',
      ),
      latin1(4),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        const outcome = (sizes: readonly number[]): unknown => readAll(cut(text, sizes))
        expect(outcome(Array.from(text, () => 1))).toEqual(outcome([]))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a request line without end', `GET /${'a'.repeat(17_000)}`, 414],
    ['fields without end', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(12_000)}`, 400],
  ])('refuses %s while it is still coming', (_what, text, status) => {
    const [read] = readAll(
      cut(
        text,
        Array.from({ length: 100 }, () => 1000),
      ),
    )
    expect(read).toMatchObject({ method: 'GET', status })
  })

  it('does not refuse what may still end in time', () => {
    expect(readAll([Buffer.from(`GET /${'a'.repeat(16_370)}`)])).toEqual([])
    expect(readAll([Buffer.from(`GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(10_900)}`)])).toEqual([])
  })
})
