import { describe, expect, it } from 'vitest'
import type { AlbOptions } from '../../../packages/local-alb/src/options.js'
import type { Transform } from '../../../packages/local-alb/src/rules/definition.js'
import { transform } from '../../../packages/local-alb/src/rules/transforms.js'
import { createForwardedRequest, refusalOf, valuesOf } from '../../helpers/http-request.js'

const url = (regex: string, replace: string): Transform => ({
  type: 'url-rewrite',
  rewrites: [{ regex, replace }],
})
const host = (regex: string, replace: string): Transform => ({
  type: 'host-header-rewrite',
  rewrites: [{ regex, replace }],
})

function rewritten(target: string, ...transforms: Transform[]): string {
  const { path, query } = transform(createForwardedRequest({ target }), transforms)
  return query === undefined ? path : `${path}?${query}`
}

describe('url-rewrite', () => {
  it.each([
    // AWS: "Transforms for listener rules", and what was seen on a real load balancer.
    ['^/dp/([A-Za-z0-9]+)/?$', '/product.php?id=$1', '/dp/B09G3HRMW', '/product.php?id=B09G3HRMW'],
    ['^/api/v1/(.*)$', '/v2/$1', '/api/v1/users?page=2', '/v2/users?page=2'],
    ['^/lang/(en|fr)/(.*)$', '/$2?locale=$1', '/lang/en/about', '/about?locale=en'],
    ['^/p/([^/]+)/r/([0-9]+)$', '/api?i=$1&r=$2', '/p/x/r/42?format=json', '/p/x/r/42?format=json'],
    ['^/fail/(.*)$', '/$1/$9', '/fail/hello', '/hello/'],
    // A percent-encoded character that may stand in a path comes out decoded …
    ['^/svc(/.*)$', '$1', '/svc/items/10%3A30%3A00/1', '/items/10:30:00/1'],
    ['^/svc(/.*)$', '$1', '/svc/%61%2Fb', '/a/b'],
    // … others, the query, and a URL that does not match stay as they are.
    ['^/svc(/.*)$', '$1', '/svc/%20%25%3F%C3%A9?x=%3A', '/%20%25%3F%C3%A9?x=%3A'],
    ['^/other', '/x', '/svc/10%3A30', '/svc/10%3A30'],
    ['/a', '/b', '/a/a', '/b/a'],
    ['^/(.*)$', '/ä b/$1', '/x', '/\xc3\xa4%20b/x'],
    ['^/a$', '/b?', '/a', '/b?'],
  ])('%s, %s: %s becomes %s', (regex, replace, target, expected) => {
    expect(rewritten(target, url(regex, replace))).toBe(expected)
  })

  it.each([
    ['^/a/(.*)$', '$1'],
    ['^.*$', ''],
  ])('that leaves no path (%s, %s) is answered with 500, which says so', (regex, replace) => {
    const refusal = refusalOf(() => rewritten('/a/b', url(regex, replace)))
    expect(refusal.status).toBe(500)
    expect(refusal.explanation).toContain(regex)
  })

  it('leaves the rest of the request as it is', () => {
    const request = createForwardedRequest({ target: '/api/v1/x', method: 'PUT' })
    const result = transform(request, [url('^/api/v1', '/v2')])
    expect(result).toEqual({ ...request, path: '/v2/x', query: undefined })
    expect(result.target).toBe('/api/v1/x')
  })
})

describe('host-header-rewrite', () => {
  const hostOf = (name: string, options: AlbOptions, ...transforms: Transform[]): string[] => {
    const request = createForwardedRequest(
      {
        headers: [
          ['Host', name],
          ['X-Host', name],
        ],
      },
      options,
    )
    const { headers } = transform(request, transforms)
    expect(valuesOf(headers, 'x-host')).toEqual([name])
    return valuesOf(headers, 'host')
  }
  const documented = host('^mywebsite-(.+).com$', 'internal.dev.$1.myweb.com')

  it('rewrites the name', () => {
    expect(hostOf('mywebsite-example.com', {}, documented)).toEqual([
      'internal.dev.example.myweb.com',
    ])
    expect(hostOf('other.com', {}, documented)).toEqual(['other.com'])
  })

  it('keeps a port that its expression does not speak of', () => {
    expect(hostOf('mywebsite-example.com', { listenerPort: 8080 }, documented)).toEqual([
      'internal.dev.example.myweb.com:8080',
    ])
  })

  it('takes the port for part of the host when its expression does', () => {
    expect(hostOf('a.com', { listenerPort: 8080 }, host('^(.*)$', 'internal.local'))).toEqual([
      'internal.local',
    ])
    expect(hostOf('a.com', { listenerPort: 8080 }, host('^a.com:(.*)$', 'b.com:1$1'))).toEqual([
      'b.com:18080',
    ])
  })
})

describe('transforms', () => {
  it('of both types work together', () => {
    const request = createForwardedRequest({ target: '/combo/a', headers: [['Host', 'lb']] })
    const result = transform(request, [url('^/combo', '/internal'), host('^(.*)$', 'backend')])
    expect([result.path, valuesOf(result.headers, 'host')]).toEqual(['/internal/a', ['backend']])
  })

  it('leave the request alone when nothing matches, or there are none', () => {
    const request = createForwardedRequest()
    expect(transform(request, [url('^/x', '/y'), host('^x', 'y')])).toBe(request)
    expect(transform(request)).toBe(request)
  })
})
