import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { forward } from '../../../packages/local-alb/src/forwarding/forward.js'
import type { HeaderList } from '../../../packages/local-alb/src/message.js'
import { type AlbOptions, resolveOptions } from '../../../packages/local-alb/src/options.js'
import {
  createForwardedRequest,
  createHttpRequest,
  HTTPS_443,
  type RequestParts,
} from '../../helpers/http-request.js'

const OWN = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-port',
  'host',
  'x-amzn-trace-id',
])

/** What is left of the client's fields. */
function othersOf(
  headers: HeaderList,
  options: AlbOptions = {},
  parts: RequestParts = {},
): HeaderList {
  const request = createForwardedRequest(
    { headers: [['Host', 'lb'], ...headers], ...parts },
    options,
  )
  return request.headers.filter(([name]) => !OWN.has(name.toLowerCase()))
}

describe('the client’s fields', () => {
  it('go on in their order and spelling, repeated ones too', () => {
    const headers = [
      ['X-B', '1'],
      ['x-a', '2'],
      ['X-b', '3'],
      ['Accept', 'a, b'],
      ['Connection', 'keep-alive'],
      ['Content-Length', '5'],
      ['under_score', 'x'],
      ['__proto__', 'y'],
    ] as const
    expect(othersOf(headers)).toEqual(headers)
  })

  it('come after those of the load balancer', () => {
    const names = createForwardedRequest({
      headers: [
        ['Accept', '*/*'],
        ['Host', 'lb'],
      ],
    }).headers.map(([name]) => name)
    expect(names).toEqual([
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'X-Forwarded-Port',
      'Host',
      'X-Amzn-Trace-Id',
      'Accept',
    ])
  })

  it('lose what belongs to one connection, but not Connection and Upgrade', () => {
    const headers = [
      ['Expect', '100-continue'],
      ['Transfer-Encoding', 'chunked'],
      ['Keep-Alive', 'timeout=5'],
      ['Proxy-Connection', 'keep-alive'],
      ['TE', 'trailers'],
      ['Trailer', 'x-sum'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
    ] as const
    expect(othersOf(headers)).toEqual(headers.slice(-2))
  })

  it('lose a Content-Length beside Transfer-Encoding, in either order', () => {
    const [length, encoding, other] = [
      ['Content-Length', '5'],
      ['Transfer-Encoding', 'chunked'],
      ['X-A', '1'],
    ] as const
    expect(othersOf([length, encoding, other])).toEqual([other])
    expect(othersOf([encoding, other, length])).toEqual([other])
  })

  it('keep empty values unless emptyHeaderValues says drop', () => {
    const headers = [
      ['X-Empty', ''],
      ['X-A', '1'],
    ] as const
    expect(othersOf(headers)).toEqual(headers)
    expect(othersOf(headers, { emptyHeaderValues: 'drop' })).toEqual([['X-A', '1']])
  })
})

describe('cookies', () => {
  const crumbs = [
    ['cookie', 'a=1'],
    ['x-a', '1'],
    ['cookie', 'b=2'],
    ['cookie', 'c=3'],
  ] as const

  it('in several fields are joined over HTTP/2, where the first one stood', () => {
    const joined = [
      ['cookie', 'a=1; b=2; c=3'],
      ['x-a', '1'],
    ]
    expect(othersOf(crumbs, {}, { version: '2.0' })).toEqual(joined)
  })

  it('stay apart with h2CookieCrumbs: keep, and over HTTP/1.1', () => {
    const options = { h2CookieCrumbs: 'keep' } as const
    expect(othersOf(crumbs, options, { version: '2.0' })).toEqual(crumbs)
    expect(othersOf(crumbs, {}, { version: '1.1' })).toEqual(crumbs)
  })

  it('that are empty and dropped do not draw the next one to another field', () => {
    const headers = [
      ['cookie', ''],
      ['x-a', '1'],
      ['cookie', 'b=2'],
      ['cookie', 'c=3'],
    ] as const
    expect(othersOf(headers, { emptyHeaderValues: 'drop' }, { version: '2.0' })).toEqual([
      ['x-a', '1'],
      ['cookie', 'b=2; c=3'],
    ])
  })
})

describe('X-Amzn-Tls-*', () => {
  const pretended = [
    ['X-Amzn-Tls-Version', 'TLSv1.0'],
    ['x-amzn-tls-cipher-suite', 'NULL'],
  ] as const

  it('tell what was agreed, with tlsHeaders on', () => {
    expect(othersOf(pretended, { tlsHeaders: true }, { connection: HTTPS_443 })).toEqual([
      ['X-Amzn-Tls-Version', 'TLSv1.3'],
      ['X-Amzn-Tls-Cipher-Suite', 'TLS_AES_128_GCM_SHA256'],
    ])
  })

  it('cannot be pretended over HTTP with tlsHeaders on', () => {
    expect(othersOf(pretended, { tlsHeaders: true })).toEqual([])
  })

  it('are not added and are left alone with tlsHeaders off', () => {
    expect(othersOf([], {}, { connection: HTTPS_443 })).toEqual([])
    expect(othersOf(pretended, {}, { connection: HTTPS_443 })).toEqual(pretended)
  })
})

describe('forward()', () => {
  it('leaves the request as it is', () => {
    const headers = Object.freeze([
      Object.freeze(['Host', 'A'] as const),
      Object.freeze(['cookie', 'a=1'] as const),
      Object.freeze(['cookie', 'b=2'] as const),
    ])
    const request = Object.freeze(createHttpRequest({ headers, version: '2.0' }))
    forward(request, resolveOptions())
    expect(request.headers).toEqual([
      ['Host', 'A'],
      ['cookie', 'a=1'],
      ['cookie', 'b=2'],
    ])
  })

  it('passes on the body, the signal and the upgrade of the request, without asking for them first', () => {
    const asked: string[] = []
    const body = new PassThrough()
    const { signal } = new AbortController()
    class Request {
      readonly #parts = createHttpRequest({ method: 'POST', hasBody: true })
      readonly connection = this.#parts.connection
      readonly method = this.#parts.method
      readonly target = this.#parts.target
      readonly version = this.#parts.version
      readonly headers = this.#parts.headers
      readonly hasBody = this.#parts.hasBody
      readonly headBytes = 17
      readonly receivedAt = this.#parts.receivedAt
      readonly socket = new PassThrough()
      get body(): PassThrough {
        asked.push('body')
        return body
      }
      get signal(): AbortSignal {
        asked.push('signal')
        return signal
      }
      upgrade(): PassThrough {
        return this.socket
      }
    }
    const request = new Request()
    const forwarded = forward(request, resolveOptions())
    expect(asked).toEqual([])
    expect(forwarded.body).toBe(body)
    expect(forwarded.signal).toBe(signal)
    expect(forwarded.upgrade?.()).toBe(request.socket)
    expect(forwarded).toMatchObject({
      method: 'POST',
      hasBody: true,
      headBytes: 17,
      version: '1.1',
    })
    expect(forward(createHttpRequest(), resolveOptions())).not.toHaveProperty('upgrade')
  })
})
