import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { createAlbEvent } from 'express-alb/testing'
import { EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { lookThroughAdapter } from '../../helpers/two-ways.js'

const urlFor = (basePath: string, url: string, mode: (typeof MODES)[number]): Promise<unknown> =>
  lookThroughAdapter(createAlbEvent({ url, mode }), (req) => req.url, { handler: { basePath } })

describe.each(MODES)('basePath in %s-value mode', (mode) => {
  it.each([
    ['/api', '/api/users', '/users'],
    ['/api', '/api/users/', '/users/'],
    ['/api', '/api', '/'],
    ['/api', '/api/', '/'],
    ['/api', '/api?a=1', '/?a=1'],
    ['/api', '/api/x?a=/api/y', '/x?a=/api/y'],
    ['/api', '/api/%2Fx', '/%2Fx'],
    ['/api/v2', '/api/v2/x', '/x'],
    // Once, at the front, at the end of a segment
    ['/api', '/api/api/x', '/api/x'],
    ['/api', '/v2/api/x', '/v2/api/x'],
    ['/api', '/apifoo', '/apifoo'],
    ['/api', '/apifoo/x', '/apifoo/x'],
    ['/api', '/API/x', '/API/x'],
    ['/api', '/', '/'],
    ['/api', '//api/x', '//api/x'],
    ['/a.i', '/abi/x', '/abi/x'],
    ['', '/api/x', '/api/x'],
  ])("'%s' makes %s to %s", async (basePath, url, seen) => {
    expect(await urlFor(basePath, url, mode)).toBe(seen)
  })

  it('leaves a path that begins with two slashes beginning with two', async () => {
    expect(await urlFor('/api', '/api//evil.example/x', mode)).toBe('//evil.example/x')
  })
})

describe.each(EXPRESSES_IN_MODES)(
  'basePath with $name in $mode-value mode',
  ({ express, mode }) => {
    it('shows in no member of the request', async () => {
      const seen = await lookThroughAdapter(
        createAlbEvent({ url: '/api/users/7?a=1', mode }),
        (message) => {
          const { originalUrl, baseUrl, path, params } = message as Request
          return { originalUrl, baseUrl, path, params }
        },
        { around: (last) => express().get('/users/:id', last), handler: { basePath: '/api' } },
      )
      expect(seen).toEqual({
        originalUrl: '/users/7?a=1',
        baseUrl: '',
        path: '/users/7',
        params: { id: '7' },
      })
    })
  },
)
