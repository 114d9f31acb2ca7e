import { describe, expect, it } from 'vitest'
import { classify, mitigate } from '../../../packages/local-alb/src/listener/desync.js'
import { parseHead } from '../../../packages/local-alb/src/listener/head.js'

/** As `Kind: Reason`, or `Compliant`. */
function classifyText(text: string): string {
  const classification = classify(parseHead(text, 400))
  return classification === undefined
    ? 'Compliant'
    : `${classification.kind}: ${classification.reason}`
}

function classifyFields(lines: readonly string[], requestLine = 'POST / HTTP/1.1'): string {
  return classifyText(`${[requestLine, ...lines].join('\r\n')}\r\n\r\n`)
}

describe('classify', () => {
  it.each([
    ['nothing special', ['Host: a']],
    ['a length', ['Content-Length: 5']],
    ['leading zeros', ['Content-Length: 0005']],
    ['chunks', ['transfer-encoding: Chunked']],
    ['identity', ['Transfer-Encoding: identity']],
    ['several codings', ['Transfer-Encoding: gzip, chunked']],
    ['parameters of a coding', ['Transfer-Encoding: chunked ; q=1']],
    ['bytes beyond ASCII in a value', ['A: \x85\xA0\xFF']],
    ['tabs in a value', ['A: b\t\tc']],
    ['all characters of a token in a name', ["!#$%&'*+-.^_`|~: b"]],
    [
      'names that only begin alike',
      ['Content-Lengthy: 5', 'Transfer-Encodings: a', 'Content-Type: b'],
    ],
    ['names without the hyphen', ['ContentLengths: 5', 'TransferEncoding: a']],
    ['another order', ['Length-Content: 5', 'X-Content-Length: 5']],
    ['a folded Content-Type', ['Content-Type: multipart/mixed;', ' boundary=a']],
  ])('is Compliant for %s', (_what, lines) => {
    expect(classifyFields(lines)).toBe('Compliant')
  })

  it.each(['/%09', '/%00%0D%0A', '/a?b=%20', '/caf\xC3\xA9', '*', 'http://a/'])(
    'is Compliant for the target %j',
    (target) => {
      expect(classifyText(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)).toBe('Compliant')
    },
  )

  it.each(['GET', 'HEAD'])('looks for the presence of body fields on %s', (method) => {
    const line = `${method} / HTTP/1.1`
    expect(classifyFields([], line)).toBe('Compliant')
    expect(classifyFields(['Content-Length: 0'], line)).toBe('Acceptable: GetHeadZeroContentLength')
    expect(classifyFields(['Content-Length: 9'], line)).toBe(
      'Ambiguous: UndefinedContentLengthSemantics',
    )
    expect(classifyFields(['Transfer-Encoding: chunked'], line)).toBe(
      'Ambiguous: UndefinedTransferEncodingSemantics',
    )
  })

  it.each([
    ['a space before the colon', ['A : b']],
    ['a control character in a name', ['\x01A: b']],
    ['bytes beyond ASCII in a name', ['caf\xC3\xA9: b']],
    ['a control character in a value', ['A: b\x01']],
    ['DEL in a value', ['A: \x7F']],
  ])('is Acceptable: NonCompliantHeader for %s', (_what, lines) => {
    expect(classifyFields(lines)).toBe('Acceptable: NonCompliantHeader')
  })

  it.each([
    ['GET /a b HTTP/1.1\r\n\r\n', 'Acceptable: SpaceInUri'],
    ['GET  / HTTP/1.1\r\n\r\n', 'Acceptable: SpaceInUri'],
    ['GET / HTTP/1.2\r\n\r\n', 'Acceptable: NonCompliantVersion'],
    ['GET / HTTP/1.1 \r\n\r\n', 'Acceptable: NonCompliantVersion'],
    ['GET / HTTP/1.1\nHost: a\n\n', 'Acceptable: NonCrLfLineTermination'],
    ['GET / HTTP/1.1\r\nHost: a\n\r\n', 'Acceptable: NonCrLfLineTermination'],
    ['GET /a\tb HTTP/1.1\r\n\r\n', 'Ambiguous: AmbiguousUri'],
    ['GET /a\x7Fb HTTP/1.1\r\n\r\n', 'Ambiguous: AmbiguousUri'],
    ['GET /a\0b HTTP/1.1\r\n\r\n', 'Severe: BadUri'],
    ['GET /a\rb HTTP/1.1\r\n\r\n', 'Severe: BadUri'],
  ])('of %j is %s', (text, expected) => {
    expect(classifyText(text)).toBe(expected)
  })

  it.each([
    'Transfer-Encoding ',
    'Transfer-Encoding\t',
    '\x01Transfer-Encoding',
    '\x01\x01transfer-encoding',
    'Transfer- Encoding',
    'Transfer_Encoding',
    'Transfer---Encoding',
    'Transfer\xE2\x80\x95Encoding',
    'Transfer-Encoding\x88',
    'Tran\xC5\xBFfer-Encoding',
    'Transfer-Encod\xC4\xB1ng',
    'Trans\x01fer-Encoding',
    '\xA0Content-Length',
    'Content_Length',
    'Content-Length\x01',
    'content.length',
  ])('finds the name %j suspicious', (name) => {
    expect(classifyFields([`${name}: 5`])).toMatch(/^(?:Ambiguous: SuspiciousHeader|Severe: )/)
    const value = /length/i.test(name) ? '5' : 'chunked'
    expect(classifyFields([`${name}: ${value}`])).toBe('Ambiguous: SuspiciousHeader')
  })

  it.each([
    [['A: b', ' c'], 'Ambiguous: MultilineHeader'],
    [['A: b', ' Transfer-Encoding: chunked'], 'Ambiguous: SuspiciousHeader'],
    [['Content-Type: b', 'A: c', '\td'], 'Ambiguous: MultilineHeader'],
    [[': b'], 'Ambiguous: EmptyHeader'],
    [['A: b', '  \t'], 'Ambiguous: EmptyHeader'],
    [['Content-Length: 5', 'Content-Length: 5'], 'Ambiguous: DuplicateContentLength'],
    [['Content-Length: 5', 'content-length: 05'], 'Ambiguous: DuplicateContentLength'],
    [['Transfer-Encoding: chunked', 'Content-Length: 5'], 'Ambiguous: BothTeClPresent'],
    [['Content-Length: 5', 'Transfer-Encoding: gzip'], 'Ambiguous: BothTeClPresent'],
    [['Content-Length: 5', 'Content-Length: 6'], 'Severe: MultipleContentLength'],
    [['Content-Length : 5', 'Content-Length: 6'], 'Severe: MultipleContentLength'],
    [['Content-Length: 5,5'], 'Severe: BadContentLength'],
    [['Content-Length: 5 5'], 'Severe: BadContentLength'],
    [['Content-Length: 5.0'], 'Severe: BadContentLength'],
    [['Content-Length: -5'], 'Severe: BadContentLength'],
    [['Content-Length: +5'], 'Severe: BadContentLength'],
    [['Content-Length: 0x5'], 'Severe: BadContentLength'],
    [['Content-Length:'], 'Severe: BadContentLength'],
    [['Content-Length: 18446744073709551616'], 'Severe: BadContentLength'],
    [['Content-Length: 5\xA0'], 'Severe: BadContentLength'],
    [['Transfer-Encoding: xchunked'], 'Severe: BadTransferEncoding'],
    [['Transfer-Encoding: chunked\x01'], 'Severe: BadTransferEncoding'],
    [['Transfer-Encoding: \xA0chunked'], 'Severe: BadTransferEncoding'],
    [['Transfer-Encoding: chunked, chunked'], 'Severe: MultipleTransferEncodingChunked'],
    [
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
      'Severe: MultipleTransferEncodingChunked',
    ],
    [
      ['Transfer-Encoding : chunked', 'Transfer-Encoding: chunked'],
      'Severe: MultipleTransferEncodingChunked',
    ],
    [['A: b\0'], 'Severe: BadHeader'],
    [['A: b\rc'], 'Severe: BadHeader'],
    [['A\0: b'], 'Severe: BadHeader'],
  ])('of %j is %s', (lines, expected) => {
    expect(classifyFields(lines)).toBe(expected)
  })

  it('has no transfer codings in HTTP/1.0', () => {
    expect(classifyFields(['Transfer-Encoding: chunked'], 'POST / HTTP/1.0')).toBe(
      'Ambiguous: UndefinedTransferEncodingSemantics',
    )
    expect(classifyFields(['Content-Length: 5'], 'POST / HTTP/1.0')).toBe('Compliant')
  })

  it.each([
    [['A : b', 'Content-Length: 5', 'Transfer-Encoding: chunked'], 'Ambiguous: BothTeClPresent'],
    [['Content-Length : 5', 'A: \0'], 'Severe: BadHeader'],
    [['A: \x01', 'Content-Length: x'], 'Severe: BadContentLength'],
    [['Transfer-Encoding: x', 'Content-Length: y'], 'Severe: BadTransferEncoding'],
    [['A: \x01', 'Content_Length: 5', 'Transfer_Encoding: chunked'], 'Ambiguous: SuspiciousHeader'],
  ])('names the worst, and the first of those: %j', (lines, expected) => {
    expect(classifyFields(lines)).toBe(expected)
  })

  it('does not take long with names made to be slow', () => {
    // Exponential or quadratic matching would not end within the test's time.
    const names = [`c${'\x01'.repeat(8000)}`, `c${'-'.repeat(8000)}`, `${'-'.repeat(8000)}c`]
    expect(names.map((name) => classifyFields([`${name}!: b`]))).not.toContain('Compliant:')
  })
})

describe('mitigate', () => {
  it.each([
    ['monitor', ['pass', 'pass', 'pass', 'pass']],
    ['defensive', ['pass', 'pass', 'close', 'block']],
    ['strictest', ['pass', 'block', 'block', 'block']],
  ] as const)('is as in the table of AWS in mode %s', (mode, measures) => {
    const kinds = [undefined, 'Acceptable', 'Ambiguous', 'Severe'] as const
    expect(kinds.map((kind) => mitigate(kind && { kind, reason: 'Any' }, mode))).toEqual(measures)
  })
})
