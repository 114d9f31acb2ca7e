import { describe, expect, it } from 'vitest'
import type { AlbOptions } from '../../../packages/local-alb/src/options.js'
import {
  createForwardedRequest,
  HTTP_80,
  HTTPS_443,
  type RequestParts,
  valuesOf,
} from '../../helpers/http-request.js'

function hostsOf(parts: RequestParts, options: AlbOptions = {}): string[] {
  return valuesOf(createForwardedRequest(parts, options).headers, 'host')
}

const ON_8080 = { ...HTTP_80, local: { address: '10.0.0.1', port: 8080 } }
const host = (value: string): RequestParts => ({ headers: [['Host', value]] })

describe('the host on the ports 80 and 443', () => {
  it.each([
    ['example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['Example.com:80', 'example.com'],
    ['example.com:8080', 'example.com'],
    ['[2001:DB8::1]:80', '[2001:db8::1]'],
    ['[2001:db8::1]', '[2001:db8::1]'],
  ])('of %s is %s', (given, expected) => {
    expect(hostsOf(host(given))).toEqual([expected])
    expect(hostsOf({ ...host(given), connection: HTTPS_443 })).toEqual([expected])
  })
})

describe('the host on another port', () => {
  it.each([
    ['example.com', 'example.com:8080'],
    ['Example.com:8080', 'example.com:8080'],
    ['example.com:9090', 'example.com:9090'],
    ['example.com:', 'example.com:8080'],
    ['[2001:db8::1]', '[2001:db8::1]:8080'],
    ['[2001:db8::1]:8080', '[2001:db8::1]:8080'],
  ])('of %s is %s', (given, expected) => {
    expect(hostsOf({ ...host(given), connection: ON_8080 })).toEqual([expected])
  })

  it('follows the port that the listener shows, not the one it has', () => {
    expect(hostsOf({ ...host('a:49152'), connection: ON_8080 }, { listenerPort: 443 })).toEqual([
      'a',
    ])
    expect(hostsOf(host('a'), { listenerPort: 8443 })).toEqual(['a:8443'])
  })
})

describe('the host of a request', () => {
  it('is that of an absolute-form target, whatever the field says', () => {
    expect(hostsOf({ target: 'http://Other/x', ...host('a') })).toEqual(['other'])
    expect(hostsOf({ target: 'https://user@other:81/x', ...host('a') })).toEqual(['other'])
  })

  it('is the first of several', () => {
    const headers = [
      ['Host', 'one'],
      ['host', 'two'],
    ] as const
    expect(hostsOf({ headers })).toEqual(['one'])
  })

  it('is the authority of HTTP/2', () => {
    const h2 = { version: '2.0', connection: HTTPS_443, authority: 'Shop.example:443' } as const
    expect(hostsOf({ ...h2, headers: [] })).toEqual(['shop.example'])
    expect(hostsOf({ ...h2, headers: [['host', 'other']] })).toEqual(['shop.example'])
  })

  it('is the DNS name for HTTP/1.0 without one, or with an empty one', () => {
    const old = { version: '1.0', connection: ON_8080 } as const
    const options = { dnsName: 'my-alb-1.eu-west-1.elb.amazonaws.com' }
    const expected = ['my-alb-1.eu-west-1.elb.amazonaws.com:8080']
    expect(hostsOf({ ...old, headers: [] }, options)).toEqual(expected)
    expect(hostsOf({ ...old, headers: [['Host', '']] }, options)).toEqual(expected)
  })

  it('keeps bytes that are not ASCII as they are', () => {
    expect(hostsOf(host('B\xc3\x9cCHER'))).toEqual(['b\xc3\x9ccher'])
  })
})

describe('with preserveHostHeader', () => {
  const preserve = { preserveHostHeader: true }

  it('the fields stay as they came, all of them', () => {
    const headers = [
      ['Host', 'Example.com:80'],
      ['hOST', 'two'],
    ] as const
    const request = createForwardedRequest({ headers, connection: ON_8080 }, preserve)
    expect(request.headers.filter(([name]) => name.toLowerCase() === 'host')).toEqual(headers)
  })

  it('the host of an absolute-form target does not win', () => {
    expect(hostsOf({ target: 'https://dns/x', ...host('example.com') }, preserve)).toEqual([
      'example.com',
    ])
  })

  it('a field is made of the authority of HTTP/2 and of the DNS name', () => {
    expect(hostsOf({ version: '2.0', headers: [], authority: 'A:444' }, preserve)).toEqual([
      'A:444',
    ])
    expect(hostsOf({ version: '1.0', headers: [] }, { ...preserve, dnsName: 'lb' })).toEqual(['lb'])
  })
})
