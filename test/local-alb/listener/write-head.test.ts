import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { toHead } from '../../../packages/local-alb/src/listener/write-head.js'
import type { AnswerTo } from '../../../packages/local-alb/src/listener/write-head.js'
import type { HttpResponse } from '../../../packages/local-alb/src/message.js'

const TO: AnswerTo = { method: 'GET', version: '1.1', keepAlive: true }

function response(rest: Partial<HttpResponse>): HttpResponse {
  return { status: 200, reason: 'OK', headers: [], body: undefined, ...rest }
}

/** The lines of the head, without the empty one that ends it. */
function lines(rest: Partial<HttpResponse>, to: Partial<AnswerTo> = {}): string[] {
  const { text } = toHead(response(rest), { ...TO, ...to })
  expect(text.endsWith('\r\n\r\n')).toBe(true)
  return text.slice(0, -4).split('\r\n')
}

const stream = (): Readable => Readable.from(['a'])

describe('toHead', () => {
  it('writes length and connection after the leading server, date and type', () => {
    const headers = [
      ['Server', 'awselb/2.0'],
      ['date', 'now'],
      ['Content-Type', 'text/plain'],
      ['X-Two', '2'],
      ['Set-Cookie', 'a'],
      ['set-cookie', 'b'],
      ['Date', 'again'],
    ] as const
    expect(lines({ headers, body: Buffer.from('\xE9\xE9') })).toEqual([
      'HTTP/1.1 200 OK',
      'Server: awselb/2.0',
      'date: now',
      'Content-Type: text/plain',
      'Content-Length: 4',
      'Connection: keep-alive',
      'X-Two: 2',
      'Set-Cookie: a',
      'set-cookie: b',
      'Date: again',
    ])
  })

  it('writes them at the end when nothing else follows, and first when nothing leads', () => {
    expect(lines({ headers: [['Date', 'now']], body: Buffer.alloc(0) })).toEqual([
      'HTTP/1.1 200 OK',
      'Date: now',
      'Content-Length: 0',
      'Connection: keep-alive',
    ])
    expect(lines({ headers: [['X', 'y']] }, { keepAlive: false })).toEqual([
      'HTTP/1.1 200 OK',
      'Connection: close',
      'X: y',
    ])
  })

  it('keeps an empty reason with its space', () => {
    expect(lines({ reason: '' })[0]).toBe('HTTP/1.1 200 ')
  })

  it('counts the body, whatever the fields say', () => {
    const headers = [['content-length', '99']] as const
    expect(lines({ headers, body: Buffer.from('abc') })).toContain('Content-Length: 3')
    expect(lines({ headers, body: Buffer.from('abc') })).toHaveLength(3)
  })

  it('takes the length of a stream from the fields', () => {
    const head = toHead(response({ headers: [['content-length', '7']], body: stream() }), TO)
    expect(head).toMatchObject({ body: 'length', length: 7, keepAlive: true })
    expect(head.text).toContain('Content-Length: 7\r\n')
    expect(head.text).not.toContain('content-length')
  })

  it('sends a stream without a length in chunks', () => {
    expect(lines({ body: stream() })).toEqual([
      'HTTP/1.1 200 OK',
      'Transfer-Encoding: chunked',
      'Connection: keep-alive',
    ])
  })

  it('sends it to HTTP/1.0 until the connection closes', () => {
    const head = toHead(response({ body: stream() }), { ...TO, version: '1.0' })
    expect(head).toMatchObject({ body: 'close', keepAlive: false })
    expect(head.text).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n')
  })

  it('keeps an HTTP/1.0 connection open where the length is known', () => {
    expect(lines({ body: Buffer.from('a') }, { version: '1.0' })).toEqual([
      'HTTP/1.1 200 OK',
      'Content-Length: 1',
      'Connection: keep-alive',
    ])
  })

  it.each([
    ['HEAD counts a body', { body: Buffer.from('abc') }, 'HEAD', 'Content-Length: 3'],
    [
      'HEAD takes a given length',
      { headers: [['Content-Length', '9']] },
      'HEAD',
      'Content-Length: 9',
    ],
    [
      'HEAD takes a given length before the counted one',
      { headers: [['Content-Length', '9']], body: Buffer.from('abc') },
      'HEAD',
      'Content-Length: 9',
    ],
    [
      '304 takes a given length',
      { status: 304, headers: [['Content-Length', '9']] },
      'GET',
      'Content-Length: 9',
    ],
    ['HEAD with neither has none', {}, 'HEAD', undefined],
    ['HEAD with a stream has none', { body: stream() }, 'HEAD', undefined],
    [
      '204 has none',
      { status: 204, headers: [['Content-Length', '9']], body: Buffer.from('a') },
      'GET',
      undefined,
    ],
    ['304 counts nothing', { status: 304, body: Buffer.from('abc') }, 'GET', undefined],
    ['no body has none', {}, 'GET', undefined],
  ] as const)('%s', (_what, rest, method, line) => {
    const head = toHead(response(rest), { ...TO, method })
    expect(head.body).toBe('none')
    expect(head.text.match(/^(?:content-length|transfer-encoding).*(?=\r)/gim)?.join()).toBe(line)
  })

  it.each([
    ['a line break in a value', { headers: [['A', 'b\nc']] }],
    ['a CR in a value', { headers: [['A', 'b\rc']] }],
    ['NUL in a value', { headers: [['A', '\0']] }],
    ['a character that ends in the byte of LF', { headers: [['A', '\u010A']] }],
    ['a line break in a name', { headers: [['A\r\nB', 'c']] }],
    ['a line break in the reason', { reason: 'OK\r\nA: b' }],
    ['a status that is none', { status: 20 }],
    ['a status that is no integer', { status: 200.5 }],
  ] as const)('refuses %s', (_what, rest) => {
    expect(() => toHead(response(rest), TO)).toThrow(TypeError)
  })

  it('keeps bytes beyond ASCII', () => {
    expect(lines({ headers: [['A', 'caf\xC3\xA9']] })).toContain('A: caf\xC3\xA9')
  })
})
