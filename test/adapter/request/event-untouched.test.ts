import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { createHandler, type AlbEvent } from 'express-alb'
import { createAlbEvent, createHealthCheckEvent, createLambdaContext } from 'express-alb/testing'
import { deepFreeze } from '../../helpers/freeze.js'
import { EXPRESSES_IN_MODES } from '../../helpers/modes.js'

describe.each(EXPRESSES_IN_MODES)('$name in $mode-value mode', ({ express, mode }) => {
  const app = express().use(express.text(), express.json(), (req, res) => {
    req.headers['x-changed'] = 'by the app'
    req.rawHeaders.push('x-changed', 'by the app')
    req.url = '/changed'
    res
      .cookie('a', '1')
      .cookie('b', '2')
      .send({ body: (req as Request).body as unknown })
  })

  const EVENTS: [string, AlbEvent][] = [
    ['a GET', createAlbEvent({ mode, url: '/a%20b?q=%2525&q=2' })],
    ['a POST', createAlbEvent({ mode, method: 'POST', url: '/', body: { a: 1 } })],
    ['a POST without a body', createAlbEvent({ mode, method: 'POST' })],
    ['a POST in base64', createAlbEvent({ mode, method: 'POST', body: Buffer.from([1, 2, 255]) })],
    [
      'a chunked upload',
      { ...createAlbEvent({ mode }), httpMethod: 'PUT', body: 'hello', isBase64Encoded: false },
    ],
    [
      'repeated fields',
      createAlbEvent({ mode, headers: { cookie: ['a=1', 'b=2'], accept: ['x', 'y'] } }),
    ],
    ['UTF-8 in fields', createAlbEvent({ mode, headers: { 'x-name': 'é' } })],
    ['a health check', createHealthCheckEvent({ mode })],
    [
      'an event by hand',
      { httpMethod: 'GET', path: '/', headers: { Host: ['x'], 'X-Two': ['a', 'b'] } },
    ],
  ]

  it.each(EVENTS)(
    'finds %s the same in the second invocation as in the first',
    async (_name, event) => {
      const before = structuredClone(event)
      const frozen = deepFreeze(event)
      const handler = createHandler(app, { logger: false })
      const context = deepFreeze(createLambdaContext())
      const first = await handler(frozen, context)
      const second = await handler(frozen, context)
      expect(first.statusCode).toBe(200)
      expect(second.body).toBe(first.body)
      expect(event).toEqual(before)
    },
  )
})
