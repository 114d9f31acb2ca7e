import { describe, expect, it } from 'vitest'
import { HTTP_80, HTTPS_443, type RequestParts, valuesOf } from '../../helpers/http-request.js'
import { type Circumstances, respond } from './respond.js'

function locationOf(
  location: string,
  request: RequestParts = {},
  circumstances: Circumstances = {},
): string | undefined {
  const result = { statusCode: 302, headers: { LOCATION: location } }
  const { headers } = respond(result, { request, ...circumstances })
  return valuesOf(headers, 'location')[0]
}

describe('Location', () => {
  it.each([
    ['/b', 'http://lb/b'],
    ['/b?x=%zz#f', 'http://lb/b?x=%zz#f'],
    ['//cdn.example/x', 'http://cdn.example/x'],
    ['c', 'http://lb/a/c'],
    ['../c', 'http://lb/c'],
    ['?x=1', 'http://lb/a/b?x=1'],
    ['#f', 'http://lb/a/b?q#f'],
    ['c é', 'http://lb/a/c%20%C3%A9'],
  ])('%s of a request of /a/b?q becomes %s', (given, expected) => {
    expect(locationOf(given, { target: '/a/b?q' })).toBe(expected)
  })

  it.each(['https://x/', 'HTTP://x', 'mailto:a@b', 'app+x://y', ''])('%j stays', (location) => {
    expect(locationOf(location)).toBe(location)
  })

  it('has the scheme and the host of the request', () => {
    const shop = { headers: [['Host', 'Shop.example']] } as const
    expect(locationOf('/b', { ...shop, connection: HTTPS_443 })).toBe('https://shop.example/b')
    const connection = { ...HTTP_80, local: { address: '10.0.0.1', port: 8080 } }
    expect(locationOf('/b', { ...shop, connection })).toBe('http://shop.example:8080/b')
  })

  it('keeps its bytes when they are not ASCII', () => {
    expect(locationOf('/é')).toBe('http://lb/\xc3\xa9')
  })

  it('stays relative when the host is no host, and with absoluteLocation off', () => {
    expect(locationOf('c', { headers: [['Host', 'a b']] })).toBe('c')
    expect(locationOf('/b', {}, { absoluteLocation: false })).toBe('/b')
  })

  it('is made absolute in multi-value mode too', () => {
    const result = { statusCode: 302, multiValueHeaders: { location: ['/b'] } }
    expect(valuesOf(respond(result, { mode: 'multi' }).headers, 'location')).toEqual([
      'http://lb/b',
    ])
  })
})
