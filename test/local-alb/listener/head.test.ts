import { describe, expect, it } from 'vitest'
import { findHeadEnd, parseHead } from '../../../packages/local-alb/src/listener/head.js'
import type { Head } from '../../../packages/local-alb/src/listener/head.js'

const parse = (text: string, longHeaderStatus = 400): Head => parseHead(text, longHeaderStatus)
const withField = (line: string): Head => parse(`GET / HTTP/1.1\r\n${line}\r\n\r\n`)

describe('findHeadEnd', () => {
  it.each([
    ['GET / HTTP/1.1\r\n\r\nrest', 18],
    ['GET / HTTP/1.1\n\nrest', 16],
    ['GET / HTTP/1.1\n\r\nrest', 17],
    ['GET / HTTP/1.1\r\nHost: a\r\n', -1],
  ])('of %j is %i', (text, end) => {
    expect(findHeadEnd(Buffer.from(text), 0)).toBe(end)
  })
})

describe('parseHead', () => {
  it('gives names and values as they were sent, without the whitespace around values', () => {
    const head = parse(
      'GET /a?b HTTP/1.1\r\nHOST:a\r\nx-B: \t two  words \t\r\nX-b:\r\nHost: b\r\n\r\n',
    )
    expect(head).toMatchObject({
      method: 'GET',
      target: '/a?b',
      version: '1.1',
      refusal: undefined,
    })
    expect(head.headers).toEqual([
      ['HOST', 'a'],
      ['x-B', 'two  words'],
      ['X-b', ''],
      ['Host', 'b'],
    ])
  })

  it('keeps bytes beyond ASCII, also those that trim() takes for whitespace', () => {
    expect(withField('a: \xA0caf\xC3\xA9\xA0').headers).toEqual([['a', '\xA0caf\xC3\xA9\xA0']])
  })

  it('ends at the first empty line, wherever the bytes given end', () => {
    const text = 'GET / HTTP/1.1\nHost: a\n\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n'
    const head = parse(text)
    expect(head.headers).toEqual([['Host', 'a']])
    expect(text.slice(head.length)).toMatch(/^GET \/2/)
    expect(head.oddities.bareLineFeed).toBe(true)
  })

  it('counts its length with the empty line', () => {
    expect(parse('GET / HTTP/1.0\r\nA: b\r\n\r\nrest').length).toBe(24)
  })

  it.each(['PROPFIND', "!#$%&'*+-.^_`|~09azAZ", 'get'])('takes the method %s', (method) => {
    expect(parse(`${method} / HTTP/1.1\r\n\r\n`)).toMatchObject({ method, refusal: undefined })
  })

  it('takes spaces and control characters in the target', () => {
    expect(parse('GET /a b\x01 c HTTP/1.1\r\n\r\n')).toMatchObject({
      target: '/a b\x01 c',
      oddities: { controls: true },
    })
  })

  it.each([
    ['GET / HTTP/1.1 ', 'HTTP/1.1 ', '1.1'],
    ['GET / HTTP/1.2', 'HTTP/1.2', '1.1'],
    ['GET / HTTP/1.0\t', 'HTTP/1.0\t', '1.0'],
  ])('takes %j and notes its version', (line, noted, version) => {
    const head = parse(`${line}\r\n\r\n`)
    expect(head).toMatchObject({ target: '/', version, refusal: undefined })
    expect(head.oddities.version).toBe(noted)
  })

  it.each([
    ['GET / HTTP/2.0', 505],
    ['PRI * HTTP/2.0', 505],
    ['GET / HTTP/0.9', 505],
    ['GET / HTTP/1.10', 505],
    ['GET /', 400],
    ['GET', 400],
    ['GET HTTP/1.1', 400],
    ['GET  HTTP/1.1', 400],
    ['GET / http/1.1', 400],
    ['GET / HTTPS/1.1', 400],
    ['GET / HTTP/1.1x', 400],
    ['G(T / HTTP/1.1', 400],
    [' / HTTP/1.1', 400],
    ['G\x00T / HTTP/1.1', 400],
  ])('refuses %j with %i', (line, status) => {
    const head = parse(`${line}\r\n\r\n`)
    expect(head.refusal).toMatchObject({ status, close: true })
    expect(head.version).toBe('')
  })

  it('says what is wrong with a request line', () => {
    expect(parse('GET /x\r\n\r\n').refusal?.explanation).toBe(
      '"GET /x" does not end with an HTTP version. The request line must be like "GET /path HTTP/1.1".',
    )
  })

  it.each([
    ['no colon', '"no colon" has no colon'],
    [' folded: first', 'starts with whitespace'],
  ])('refuses the header line %j', (line, explanation) => {
    expect(withField(line).refusal).toMatchObject({
      status: 400,
      close: true,
      explanation: expect.stringContaining(explanation),
    })
  })

  it('takes whitespace in names, which is for the classifier', () => {
    expect(withField('a b : c').headers).toEqual([['a b ', 'c']])
  })

  it.each([': a', ':', 'a: b\r\n \t'])('notes the empty field in %j and drops it', (line) => {
    const head = withField(line)
    expect(head.oddities.emptyField).toBe(true)
    expect(head.refusal).toBe(undefined)
    expect(head.headers.every(([name]) => name !== '')).toBe(true)
  })

  it('joins folded lines with a space and appends a colon, once', () => {
    const head = withField('a: b\r\n  c\r\n\td \r\nx: y')
    expect(head.headers).toEqual([
      ['a', 'b c d:'],
      ['x', 'y'],
    ])
    expect(head.oddities.folds).toEqual(['  c', '\td '])
  })

  it('does not note the folds of Content-Type', () => {
    const head = withField('content-TYPE: multipart/mixed;\r\n boundary=a')
    expect(head.headers).toEqual([['content-TYPE', 'multipart/mixed; boundary=a:']])
    expect(head.oddities.folds).toBe(undefined)
  })

  it.each([
    ['a: \0', true],
    ['a: \r b', true],
    ['a: \x7F', true],
    ['a: \t b', false],
  ])('of control characters in %j is %s', (line, controls) => {
    expect(withField(line).oddities.controls).toBe(controls)
  })

  describe('limits', () => {
    const target = (length: number): string => `/${'a'.repeat(length - 'GET / HTTP/1.1'.length)}`

    it('takes a request line of 16,384 bytes and refuses one more with 414', () => {
      expect(parse(`GET ${target(16_384)} HTTP/1.1\r\n\r\n`).refusal).toBe(undefined)
      const long = parse(`GET ${target(16_385)} HTTP/1.1\r\n\r\n`)
      expect(long).toMatchObject({
        method: 'GET',
        target: target(16_385),
        refusal: { status: 414 },
      })
    })

    it.each([400, 413])('takes a field of 16,384 bytes and refuses one more with %i', (status) => {
      const field = (length: number): string => `a: ${'x'.repeat(length - 3)}`
      expect(withField(field(16_384)).refusal).toBe(undefined)
      expect(parse(`GET / HTTP/1.1\r\n${field(16_385)}\r\n\r\n`, status).refusal?.status).toBe(
        status,
      )
    })

    it('counts the lines of a folded field together', () => {
      const half = 'x'.repeat(8200)
      expect(withField(`a: ${half}\r\n ${half}`).refusal?.status).toBe(400)
    })

    it.each([400, 413])('takes 65,536 bytes of fields and refuses more with %i', (status) => {
      const line = `a: ${'x'.repeat(1019)}\r\n`
      const lines = line.repeat(63)
      const rest = 65_536 - lines.length - 'a: \r\n'.length - 2
      const head = (extra: number): Head =>
        parse(`GET / HTTP/1.1\r\n${lines}a: ${'x'.repeat(rest + extra)}\r\n\r\n`, status)
      expect(head(0)).toMatchObject({
        refusal: undefined,
        length: 'GET / HTTP/1.1\r\n'.length + 65_536,
      })
      expect(head(3).refusal?.status).toBe(status)
    })
  })
})
