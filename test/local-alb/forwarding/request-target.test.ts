import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlbOptions } from '../../../packages/local-alb/src/options.js'
import { createForwardedRequest, refusalOf } from '../../helpers/http-request.js'

function split(target: string, options: AlbOptions = {}): [string, string | undefined] {
  const { path, query } = createForwardedRequest({ target }, options)
  return [path, query]
}

describe('path and query', () => {
  it.each([
    ['/', '/', undefined],
    ['/a?b=c', '/a', 'b=c'],
    ['/a?', '/a', ''],
    ['/a?b?c', '/a', 'b?c'],
    ['/a%2Fb%20c/.././/d?x=%zz', '/a%2Fb%20c/.././/d', 'x=%zz'],
    ['/a\xc3\xa9?\xff', '/a\xc3\xa9', '\xff'],
    ['//double', '//double', undefined],
    ['http://other/x?y', '/x', 'y'],
    ['HTTPS://other', '/', undefined],
    ['http://other?x', '/', 'x'],
    ['/http://other/x', '/http://other/x', undefined],
  ])('of %j are %j and %j', (target, path, query) => {
    expect(split(target)).toEqual([path, query])
  })

  it('are those of the target, undecoded, for every origin form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (rest) => {
        const [path, query] = split(`/${rest}`)
        expect(query === undefined ? path : `${path}?${query}`).toBe(`/${rest}`)
        expect(path).not.toContain('?')
      }),
    )
  })

  it.each(['*', '', 'a/b', 'ftp://host/x', 'http:///x', 'http://', 'http://user@/x'])(
    'are refused for %j, which is shown',
    (target) => {
      const refusal = refusalOf(() => createForwardedRequest({ target }))
      expect(refusal.status).toBe(400)
      expect(refusal.explanation).toContain(JSON.stringify(target))
    },
  )
})

describe('normalizePath', () => {
  it.each([
    ['/', '/'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../../b', '/b'],
    ['/a//b///', '/a/b/'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['//', '/'],
    ['/a/..', '/'],
    ['/a%2F..%2Fb', '/a%2F..%2Fb'],
    ['/...', '/...'],
  ])('makes %s %s, and leaves it alone by default', (given, expected) => {
    expect(split(`${given}?../q//`, { normalizePath: true })).toEqual([expected, '../q//'])
    expect(split(given)).toEqual([given, undefined])
  })
})
