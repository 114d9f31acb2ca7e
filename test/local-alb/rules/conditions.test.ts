import { describe, expect, it } from 'vitest'
import type { AlbOptions } from '../../../packages/local-alb/src/options.js'
import { compileCondition } from '../../../packages/local-alb/src/rules/conditions.js'
import type { Condition } from '../../../packages/local-alb/src/rules/definition.js'
import { createForwardedRequest, type RequestParts } from '../../helpers/http-request.js'

/** Whether a request from 203.0.113.7, by default to port 80, satisfies the condition. */
function holds(
  condition: Condition,
  parts: RequestParts,
  { address = '203.0.113.7', ...options }: AlbOptions & { address?: string } = {},
): boolean {
  return compileCondition(condition)(createForwardedRequest(parts, options), address)
}

describe('host-header', () => {
  const host = (value: string, regex = false): Condition => ({
    field: 'host-header',
    values: [value],
    regex,
  })

  it.each([
    ['shop.example.com', 'shop.example.com', true],
    ['Shop.Example.com', 'sHOP.example.COM', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['shop.example.co?', 'shop.example.com', true],
    ['shop.example.com', 'shop.example.com.evil.test', false],
  ])('%s for the host %s: %s', (value, name, expected) => {
    expect(holds(host(value), { headers: [['Host', name]] })).toBe(expected)
  })

  it('does not look at the port, which the load balancer adds on other ports than 80 and 443', () => {
    const parts: RequestParts = { headers: [['Host', 'shop.example.com']] }
    expect(holds(host('shop.example.com'), parts, { listenerPort: 8080 })).toBe(true)
    expect(holds(host('^shop\\.example\\.com$', true), parts, { listenerPort: 8080 })).toBe(true)
  })

  it('finds a port that its regular expression names', () => {
    const parts: RequestParts = { headers: [['Host', 'shop.example.com']] }
    const condition = host('^shop\\.example\\.com:8443$', true)
    expect(holds(condition, parts, { listenerPort: 8443 })).toBe(true)
    expect(holds(condition, parts, { listenerPort: 9443 })).toBe(false)
  })

  it('takes an IPv6 address for a name, not for a name and a port', () => {
    expect(holds(host('[2001:db8::1]'), { headers: [['Host', '[2001:db8::1]:80']] })).toBe(true)
    expect(holds(host('[2001:db8:'), { headers: [['Host', '[2001:db8::1]']] })).toBe(false)
  })

  it('looks at the first of several fields when they are preserved', () => {
    const headers = [
      ['Host', 'first.example.com'],
      ['Host', 'second.example.com'],
    ] as const
    expect(holds(host('first.example.com'), { headers }, { preserveHostHeader: true })).toBe(true)
    expect(holds(host('second.example.com'), { headers }, { preserveHostHeader: true })).toBe(false)
  })
})

describe('path-pattern', () => {
  const path = (value: string, regex = false): Condition => ({
    field: 'path-pattern',
    values: [value],
    regex,
  })

  it.each([
    ['/img/*', '/img/a.jpg', true],
    ['/img/*', '/IMG/a.jpg', false],
    ['/img/a', '/img/a?b=/c', true],
    ['*b=1*', '/a?b=1', false],
    ['/a/b', '/a/b/', false],
    // RFC 3986, section 6.2.2: these are the same URL.
    ['/~user/*', '/%7Euser/x', true],
    ['/admin/*', '/shop/../admin/x', true],
    ['/admin/*', '/%61dmin/x', true],
    ['/admin/*', '/./admin/x', true],
    ['/a/b', '/a/c/%2e%2E/b', true],
    ['/a/', '/a/b/..', true],
    ['/', '/..', true],
    // These are not: a reserved character stays escaped, in upper case.
    ['/a/b', '/a%2Fb', false],
    ['/a%2Fb', '/a%2fb', true],
    ['/a/b', '/a//b', false],
  ])('%s for %s: %s', (value, target, expected) => {
    expect(holds(path(value), { target })).toBe(expected)
  })

  it.each([
    ['^/api/v[0-9]+/(.*)$', '/api/v2/users?x=1', true],
    ['^/api/v[0-9]+/(.*)$', '/api/vx/users', false],
    ['^/(de|fr)/', '/fr/about', true],
    ['^/API/', '/api/', false],
    ['(?i)^/API/', '/api/', true],
  ])('the regular expression %s for %s: %s', (value, target, expected) => {
    expect(holds(path(value, true), { target })).toBe(expected)
  })
})

describe('http-header', () => {
  const header = (name: string, value: string, regex = false): Condition => ({
    field: 'http-header',
    name,
    values: [value],
    regex,
  })

  it.each([
    ['User-Agent', '*Chrome*', 'Mozilla/5.0 chrome/1', true],
    ['user-agent', '*Chrome*', 'Mozilla/5.0 Firefox/1', false],
    ['USER-AGENT', 'curl/?.*', 'curl/8.1', true],
  ])('%s: %s for the value %s: %s', (name, value, given, expected) => {
    expect(
      holds(header(name, value), {
        headers: [
          ['Host', 'lb'],
          ['User-agent', given],
        ],
      }),
    ).toBe(expected)
  })

  it('does not hold without the field', () => {
    expect(holds(header('X-Canary', '*'), {})).toBe(false)
  })

  it('looks at each of several fields of a name on its own', () => {
    const headers = [
      ['Host', 'lb'],
      ['X-Tag', 'one'],
      ['x-tag', 'two'],
    ] as const
    expect(holds(header('X-Tag', 'two'), { headers })).toBe(true)
    expect(holds(header('X-Tag', 'one*two'), { headers })).toBe(false)
  })

  it('compares regular expressions without case', () => {
    const headers = [
      ['Host', 'lb'],
      ['X-Tag', 'Beta-7'],
    ] as const
    expect(holds(header('X-Tag', '^beta-[0-9]$', true), { headers })).toBe(true)
  })
})

describe('http-request-method', () => {
  const method: Condition = { field: 'http-request-method', values: ['GET', 'CUSTOM-METHOD'] }

  it('compares with case and without wildcards', () => {
    expect(holds(method, { method: 'CUSTOM-METHOD' })).toBe(true)
    expect(holds(method, { method: 'get' })).toBe(false)
    expect(holds({ field: 'http-request-method', values: ['*'] }, { method: 'GET' })).toBe(false)
  })
})

describe('query-string', () => {
  const query = (value: string, key?: string): Condition => ({
    field: 'query-string',
    values: [key === undefined ? { value } : { key, value }],
  })

  it.each([
    ['version', 'v1', '?version=v1', true],
    ['version', 'v1', '?VERSION=V1', true],
    ['version', 'v1', '?a=b&version=v1', true],
    ['version', 'v1', '?version=v2&other=v1', false],
    ['ver*', 'v?', '?version=v7', true],
    ['a', 'b=c', '?a=b=c', true],
    ['a', '?*', '?a=', false],
    ['a', '*', '?a', true],
    // Nothing is decoded.
    ['q', 'a b', '?q=a%20b', false],
    ['q', 'a%20b', '?q=a%20B', true],
    ['q', String.raw`50\*`, '?q=50*', true],
    ['q', String.raw`50\*`, '?q=500', false],
    ['version', '*', '', false],
  ])('%s: %s for %j: %s', (key, value, target, expected) => {
    expect(holds(query(value, key), { target: `/${target}` })).toBe(expected)
  })

  it('looks for a value without a key under any key', () => {
    expect(holds(query('*example*'), { target: '/?x=an-example-of-it' })).toBe(true)
    expect(holds(query('*example*'), { target: '/?example=1' })).toBe(false)
    expect(holds(query('*'), { target: '/' })).toBe(false)
    expect(holds(query('*'), { target: '/?' })).toBe(false)
  })
})

describe('source-ip', () => {
  const from = (...values: string[]): Condition => ({ field: 'source-ip', values })

  it.each([
    ['192.0.2.0/24', '192.0.2.200', true],
    ['192.0.2.0/24', '192.0.3.1', false],
    ['192.0.2.7/32', '192.0.2.7', true],
    ['192.0.2.7/32', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.7', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['192.0.2.0/24', 'not an address', false],
  ])('%s for %s: %s', (block, address, expected) => {
    expect(holds(from(block), {}, { address })).toBe(expected)
  })

  it('does not look at X-Forwarded-For', () => {
    const headers = [
      ['Host', 'lb'],
      ['X-Forwarded-For', '192.0.2.1'],
    ] as const
    expect(holds(from('192.0.2.0/24'), { headers })).toBe(false)
  })

  it.each([
    '192.0.2.0',
    '192.0.2.0/33',
    '2001:db8::/129',
    'x/8',
    '192.0.2.0/',
    '/8',
    '192.0.2.0/-1',
  ])('refuses %j', (block) => {
    expect(() => compileCondition(from(block))).toThrow(SyntaxError)
  })
})

describe('regular expressions', () => {
  it.each([
    ['(?=a)', 'lookaheads'],
    ['(?!a)', 'lookaheads'],
    ['(?<=a)b', 'lookbehinds'],
    ['(?<!a)b', 'lookbehinds'],
    [String.raw`(a)\1`, 'backreferences'],
    [String.raw`(?<x>a)\k<x>`, 'backreferences'],
    [String.raw`\p{L}`, 'Unicode'],
    ['[[:alpha:]]', 'POSIX'],
    ['(', 'Unterminated'],
    ['a++', 'Nothing to repeat'],
    ['(?>a)', 'Invalid group'],
  ])('with %s are refused', (source, reason) => {
    const condition: Condition = { field: 'path-pattern', values: [source], regex: true }
    expect(() => compileCondition(condition)).toThrow(reason)
  })

  it.each([
    [String.raw`^/\(?=a\)$`, '/(=a)'],
    [String.raw`^/(?:a|b)$`, '/b'],
    [String.raw`^/\\1$`, String.raw`/\1`],
  ])('that only look like it are not: %s', (source, target) => {
    expect(holds({ field: 'path-pattern', values: [source], regex: true }, { target })).toBe(true)
  })
})
