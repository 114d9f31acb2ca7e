import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../../packages/local-alb/src/message.js'
import type { AlbOptions } from '../../../packages/local-alb/src/options.js'
import type {
  FixedResponseAction,
  RedirectAction,
} from '../../../packages/local-alb/src/rules/definition.js'
import { toFixedResponse } from '../../../packages/local-alb/src/rules/fixed-response.js'
import { toRedirect } from '../../../packages/local-alb/src/rules/redirect.js'
import {
  createForwardedRequest,
  HTTPS_443,
  refusalOf,
  type RequestParts,
  valuesOf,
} from '../../helpers/http-request.js'

const WITH_SERVER = { serverHeader: true }
const KEEP_ALL: RedirectAction = {
  type: 'redirect',
  status: 301,
  protocol: '#{protocol}',
  host: '#{host}',
  port: '#{port}',
  path: '/#{path}',
  query: '#{query}',
}

function locationOf(
  action: Partial<RedirectAction>,
  parts: RequestParts,
  options: AlbOptions = {},
): string {
  const request = createForwardedRequest(parts, options)
  const response = toRedirect({ ...KEEP_ALL, ...action }, request, WITH_SERVER)
  return valuesOf(response.headers, 'location').join()
}

function textOf({ body }: HttpResponse): string {
  if (!Buffer.isBuffer(body)) throw new TypeError('The body is no buffer')
  return body.toString()
}

describe('a redirect', () => {
  const toHttps = { protocol: 'HTTPS', port: '443' }
  const shop: RequestParts = { headers: [['Host', 'shop.example.com']], target: '/a/b?c=d&e' }

  it('names the port, also one that its protocol implies', () => {
    expect(locationOf(toHttps, shop)).toBe('https://shop.example.com:443/a/b?c=d&e')
    expect(locationOf({ path: '/redirected/#{path}' }, shop)).toBe(
      'http://shop.example.com:80/redirected/a/b?c=d&e',
    )
  })

  it('leaves no question mark behind without a query', () => {
    expect(locationOf(toHttps, { ...shop, target: '/' })).toBe('https://shop.example.com:443/')
    expect(locationOf({ query: '' }, shop)).toBe('http://shop.example.com:80/a/b')
  })

  it('keeps each part that it does not change, on any listener', () => {
    expect(locationOf({ path: '/x' }, shop, { listenerPort: 8080 })).toBe(
      'http://shop.example.com:8080/x?c=d&e',
    )
    expect(locationOf({ path: '/x' }, { ...shop, connection: HTTPS_443 })).toBe(
      'https://shop.example.com:443/x?c=d&e',
    )
  })

  it('fills in keywords wherever they may stand', () => {
    const action = {
      host: 'old.#{host}',
      path: '/#{host}/#{port}/#{path}',
      query: '#{query}&from=#{protocol}-#{path}',
    }
    expect(locationOf(action, shop)).toBe(
      'http://old.shop.example.com:80/shop.example.com/80/a/b?c=d&e&from=http-a/b',
    )
  })

  it("leaves keywords alone that are the client's", () => {
    expect(locationOf({}, { ...shop, target: '/#{host}?#{port}' })).toBe(
      'http://shop.example.com:80/#{host}?#{port}',
    )
  })

  it('is never more than one header field', () => {
    const location = locationOf({ path: '/ä b/#{path}' }, { ...shop, target: '/a\x01\xe9' })
    expect(location).toBe('http://shop.example.com:80/%C3%A4%20b/a%01%E9')
  })

  it.each([
    [301, 'Moved Permanently', '301 Moved Permanently', 134],
    [302, 'Moved Temporarily', '302 Found', 110],
  ] as const)('has the page and the phrase of a real %s', (status, reason, heading, length) => {
    const response = toRedirect({ ...KEEP_ALL, status }, createForwardedRequest(shop), WITH_SERVER)
    expect([response.status, response.reason]).toEqual([status, reason])
    expect(response.headers.map(([name]) => name)).toEqual([
      'Server',
      'Date',
      'Content-Type',
      'Location',
    ])
    expect(valuesOf(response.headers, 'content-type')).toEqual(['text/html'])
    expect(textOf(response)).toContain(`<center><h1>${heading}</h1></center>\r\n`)
    expect(textOf(response)).toHaveLength(length)
  })

  it('is answered with 507 when its URL is too long', () => {
    const request = createForwardedRequest({ ...shop, target: `/${'a'.repeat(9000)}` })
    expect(refusalOf(() => toRedirect(KEEP_ALL, request, WITH_SERVER)).status).toBe(507)
  })

  it('has no Server when the listener sends none', () => {
    const response = toRedirect(KEEP_ALL, createForwardedRequest(shop), { serverHeader: false })
    expect(valuesOf(response.headers, 'server')).toEqual([])
  })
})

describe('a fixed response', () => {
  const gone: FixedResponseAction = {
    type: 'fixed-response',
    status: 410,
    contentType: 'application/json',
    body: '{"weg":"für immer"}',
  }

  it('is what the action says, with UTF-8', () => {
    const response = toFixedResponse(gone, WITH_SERVER)
    expect([response.status, response.reason]).toEqual([410, 'Gone'])
    expect(textOf(response)).toBe(gone.body)
    expect(valuesOf(response.headers, 'content-type')).toEqual(['application/json; charset=utf-8'])
    expect(valuesOf(response.headers, 'server')).toEqual(['awselb/2.0'])
  })

  it('has a body of no bytes without a message, and none with 204', () => {
    expect(textOf(toFixedResponse({ ...gone, body: '' }, WITH_SERVER))).toBe('')
    expect(toFixedResponse({ ...gone, status: 204 }, WITH_SERVER).body).toBeUndefined()
  })
})
