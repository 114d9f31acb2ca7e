import { IncomingMessage, ServerResponse } from 'node:http'
import type { Express } from 'express'
import { describe, expect, it } from 'vitest'
import { createHandler } from 'express-alb'
import {
  createAlbEvent,
  createHealthCheckEvent,
  createLambdaContext,
  invoke,
} from 'express-alb/testing'
import { EXPRESSES_IN_MODES } from '../../helpers/modes.js'
import { sendToTarget, toWire } from '../../helpers/target.js'

const DESCRIPTOR = ['value', 'get', 'set', 'writable', 'enumerable', 'configurable']

/** An object and its prototypes, and everything each of them holds, as one flat list. */
function contentsOf(object: object): unknown[] {
  const contents: unknown[] = []
  let one: object | null = object
  while (one !== null) {
    contents.push(one)
    for (const key of Reflect.ownKeys(one)) {
      const descriptor: Partial<Record<string, unknown>> = {
        ...Object.getOwnPropertyDescriptor(one, key),
      }
      contents.push(key, ...DESCRIPTOR.map((part) => descriptor[part]))
    }
    one = Object.getPrototypeOf(one) as object | null
  }
  return contents
}

describe.each(EXPRESSES_IN_MODES)('an app of $name in $mode-value mode', ({ express, mode }) => {
  const makeApp = (): Express => {
    const app = express().set('trust proxy', 1)
    app.use(express.json())
    app.get('/', (req, res) => {
      res.cookie('a', '1').json({ ip: req.ip, host: req.hostname, url: req.originalUrl })
    })
    app.post('/', (req, res) => {
      res.status(201).json(req.body)
    })
    return app
  }

  it('and everything it is made of stays as it was', async () => {
    const app = makeApp()
    const watched = [
      app,
      app.request,
      app.response,
      express.request,
      express.response,
      express.application,
      IncomingMessage.prototype,
      ServerResponse.prototype,
    ]
    // Express makes its router at the first request.
    await sendToTarget(app, toWire(createAlbEvent({ mode })))
    const before = watched.map((one) => contentsOf(one))
    const handler = createHandler(app)
    await handler(createAlbEvent({ mode }), createLambdaContext())
    await handler(createHealthCheckEvent({ mode }), createLambdaContext())
    for (const [index, one] of watched.entries()) {
      const changed = contentsOf(one).findIndex(
        (value, at) => !Object.is(value, before[index]?.[at]),
      )
      expect(changed, `place of a change in object ${index}`).toBe(-1)
      expect(contentsOf(one)).toHaveLength(before[index]?.length ?? -1)
    }
  })

  it('serves a real server before, between and after invocations', async () => {
    const app = makeApp()
    const handler = createHandler(app)
    const event = createAlbEvent({ mode, url: '/?a=1' })
    const post = createAlbEvent({ mode, method: 'POST', body: { a: 1 } })
    const onServer = async (): Promise<unknown> => {
      const get = await sendToTarget(app, toWire(event), { peerAddress: '10.0.0.1' })
      const answer = await sendToTarget(app, toWire(post))
      return [get.body.toString(), answer.status, answer.body.toString()]
    }
    const throughAdapter = async (): Promise<unknown> => {
      const get = await invoke(handler, event)
      const answer = await invoke(handler, post)
      return [get.text(), answer.status, answer.text()]
    }
    const expected = ['{"ip":"203.0.113.7","host":"example.com","url":"/?a=1"}', 201, '{"a":1}']
    expect(await onServer()).toEqual(expected)
    expect(await throughAdapter()).toEqual(expected)
    expect(await onServer()).toEqual(expected)
    const both = await Promise.all([throughAdapter(), onServer(), throughAdapter(), onServer()])
    expect(both).toEqual([expected, expected, expected, expected])
  })

  it('is served by several handlers, and mounted in another app', async () => {
    const app = makeApp()
    const outer = express().use('/inner', app)
    const url = '/inner/?a=1'
    const [one, two] = [createHandler(outer), createHandler(app, { basePath: '/inner' })]
    expect((await invoke(one, createAlbEvent({ mode, url }))).json()).toMatchObject({ url })
    expect((await invoke(two, createAlbEvent({ mode, url }))).json()).toMatchObject({
      url: '/?a=1',
    })
    expect((await invoke(one, createAlbEvent({ mode, url }))).json()).toMatchObject({ url })
  })

  it('finds members that it adds to its request and response, also after createHandler', async () => {
    const app = express()
    app.use((req, res) => {
      res.send((req as unknown as { greet(): string }).greet())
    })
    const handler = createHandler(app)
    Object.assign(app.request, { greet: () => 'hello' })
    expect((await invoke(handler, createAlbEvent({ mode }))).text()).toBe('hello')
    app.request = Object.assign(Object.create(express.request) as typeof app.request, {
      greet: () => 'good bye',
    })
    expect((await invoke(handler, createAlbEvent({ mode }))).text()).toBe('good bye')
  })

  it('has the prototypes of each app that a request passes', async () => {
    const inner = express()
    Object.assign(inner.response, { who: () => 'inner' })
    inner.get('/x', (_req, res) => {
      res.send((res as unknown as { who(): string }).who())
    })
    const outer = express().use('/in', inner)
    Object.assign(outer.response, { who: () => 'outer' })
    outer.use((_req, res) => {
      res.send((res as unknown as { who(): string }).who())
    })
    const handler = createHandler(outer)
    expect((await invoke(handler, createAlbEvent({ mode, url: '/in/x' }))).text()).toBe('inner')
    expect((await invoke(handler, createAlbEvent({ mode, url: '/in/y' }))).text()).toBe('outer')
  })
})
