import { describe, expect, it } from 'vitest'
import type { AlbOptions } from '../../../packages/local-alb/src/options.js'
import { createForwardedRequest, HTTP_80, HTTPS_443, valuesOf } from '../../helpers/http-request.js'

const V6 = { ...HTTP_80, client: { address: '2001:db8::1', port: 8080 } }

function forwardedFor(
  given: readonly string[],
  options: AlbOptions = {},
  connection = HTTP_80,
): string[] {
  const headers = [
    ['Host', 'lb'] as const,
    ...given.map((value) => ['x-forwarded-for', value] as const),
  ]
  return valuesOf(
    createForwardedRequest({ headers, connection }, options).headers,
    'x-forwarded-for',
  )
}

describe('X-Forwarded-For', () => {
  // The table of the ALB user guide, "X-Forwarded-For".
  it.each([
    [[], ['203.0.113.7'], [], []],
    [['127.0.0.4'], ['127.0.0.4, 203.0.113.7'], ['127.0.0.4'], []],
    [['127.0.0.4, 127.0.0.8'], ['127.0.0.4, 127.0.0.8, 203.0.113.7'], ['127.0.0.4, 127.0.0.8'], []],
    [['1.1.1.1', '2.2.2.2'], ['1.1.1.1, 2.2.2.2, 203.0.113.7'], ['1.1.1.1', '2.2.2.2'], []],
    [[''], ['203.0.113.7'], [''], []],
  ])('of %j is appended to, preserved or removed', (given, append, preserve, remove) => {
    expect(forwardedFor(given)).toEqual(append)
    expect(forwardedFor(given, { xForwardedFor: 'append' })).toEqual(append)
    expect(forwardedFor(given, { xForwardedFor: 'preserve' })).toEqual(preserve)
    expect(forwardedFor(given, { xForwardedFor: 'remove' })).toEqual(remove)
  })

  it('has the port with xForwardedForClientPort, which the other modes override', () => {
    const options = { xForwardedForClientPort: true }
    expect(forwardedFor([], options)).toEqual(['203.0.113.7:51234'])
    expect(forwardedFor(['1.1.1.1'], options)).toEqual(['1.1.1.1, 203.0.113.7:51234'])
    expect(forwardedFor(['1.1.1.1'], { ...options, xForwardedFor: 'preserve' })).toEqual([
      '1.1.1.1',
    ])
    expect(forwardedFor(['1.1.1.1'], { ...options, xForwardedFor: 'remove' })).toEqual([])
  })

  it('has an IPv6 address in brackets unless it stands alone', () => {
    expect(forwardedFor([], {}, V6)).toEqual(['2001:db8::1'])
    expect(forwardedFor(['1.1.1.1'], {}, V6)).toEqual(['1.1.1.1, [2001:db8::1]'])
    expect(forwardedFor([], { xForwardedForClientPort: true }, V6)).toEqual(['[2001:db8::1]:8080'])
  })
})

describe('X-Forwarded-Proto and X-Forwarded-Port', () => {
  it('are the listener’s, whatever the client pretends', () => {
    const headers = [
      ['Host', 'lb'],
      ['X-Forwarded-Proto', 'https'],
      ['x-forwarded-PORT', '1'],
    ] as const
    const { headers: plain } = createForwardedRequest({ headers })
    expect(valuesOf(plain, 'x-forwarded-proto')).toEqual(['http'])
    expect(valuesOf(plain, 'x-forwarded-port')).toEqual(['80'])
    const { headers: secure } = createForwardedRequest({ headers, connection: HTTPS_443 })
    expect(valuesOf(secure, 'x-forwarded-proto')).toEqual(['https'])
    expect(valuesOf(secure, 'x-forwarded-port')).toEqual(['443'])
  })

  it('show the port of listenerPort', () => {
    const { headers } = createForwardedRequest({}, { listenerPort: 8443 })
    expect(valuesOf(headers, 'x-forwarded-port')).toEqual(['8443'])
  })
})
