import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileWildcard } from '../../../packages/local-alb/src/rules/wildcard.js'

const EXACT = { ignoreCase: false, escapes: false }

describe('a comparison string', () => {
  it.each([
    ['/img/*', '/img/picture.jpg', true],
    ['/img/*', '/img/', true],
    ['/img/*', '/img', false],
    ['/img/*', '/x/img/picture.jpg', false],
    ['/img/*/pics', '/img/a/b/pics', true],
    ['/img/*/pics', '/img/pics', false],
    ['*.example.com', 'test.example.com', true],
    ['*.example.com', 'example.com', false],
    ['v?', 'v1', true],
    ['v?', 'v', false],
    ['v?', 'v12', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['*aab', 'aaab', true],
    ['a.c', 'abc', false],
    ['(a|b)', 'a', false],
  ])('%j compared with %j: %j', (pattern, text, expected) => {
    expect(compileWildcard(pattern, EXACT)(text)).toBe(expected)
  })

  it('is compared without case where case does not count, with case otherwise', () => {
    expect(compileWildcard('*Chrome*', { ...EXACT, ignoreCase: true })('x CHROME y')).toBe(true)
    expect(compileWildcard('*Chrome*', EXACT)('x CHROME y')).toBe(false)
  })

  it.each([
    [String.raw`a\*`, 'a*', true],
    [String.raw`a\*`, 'abc', false],
    [String.raw`a\?`, 'a?', true],
    [String.raw`a\?`, 'ab', false],
    [String.raw`a\\*`, String.raw`a\b`, true],
    [String.raw`a\b`, String.raw`a\b`, true],
  ])('%j with escapes compared with %j: %j', (pattern, text, expected) => {
    expect(compileWildcard(pattern, { ...EXACT, escapes: true })(text)).toBe(expected)
  })

  it('takes a backslash for itself without escapes', () => {
    expect(compileWildcard(String.raw`a\*`, EXACT)(String.raw`a\b`)).toBe(true)
    expect(compileWildcard(String.raw`a\*`, EXACT)('a*')).toBe(false)
  })

  it('has no wildcard for a control character', () => {
    expect(compileWildcard('*', EXACT)('a\x01b')).toBe(false)
    expect(compileWildcard('a?b', EXACT)('a\x7fb')).toBe(false)
    expect(compileWildcard('*b', EXACT)('\x01b')).toBe(false)
    expect(compileWildcard('a?', EXACT)('a\xe9')).toBe(true)
  })

  it('agrees with the regular expression that says the same', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?')
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), text, (pieces, subject) => {
        const source = pieces.join('').replaceAll('?', '.').replaceAll('*', '.*')
        const expected = new RegExp(`^${source}$`).test(subject)
        expect(compileWildcard(pieces.join(''), EXACT)(subject)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('is through with a long text that a backtracking matcher would never be through with', () => {
    const pattern = compileWildcard(`${'*a'.repeat(60)}*b`, EXACT)
    expect(pattern('a'.repeat(16_000))).toBe(false)
    expect(pattern(`${'a'.repeat(16_000)}b`)).toBe(true)
  })
})
