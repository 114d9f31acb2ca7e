import { setTimeout as delay } from 'node:timers/promises'
import type { ALBHandler } from 'aws-lambda'
import type { Request, Response } from 'express'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  createHandler,
  getInvocation,
  type AlbEvent,
  type AlbHandler,
  type AlbResult,
  type AppSource,
} from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { EXPRESSES, EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'

const ok: AppSource = (_req, res) => {
  res.end('ok')
}

describe('the handler', () => {
  const SOURCES: [string, AppSource][] = [
    ['a listener', ok],
    ['a promise', Promise.resolve(ok)],
    ['a factory', () => ok],
    ...EXPRESSES.map(({ name, express }): [string, AppSource] => [name, express()]),
  ]

  // AWS's Node 24 runtime refuses a handler with three parameters, and takes what a handler that is no
  // AsyncFunction leaves undone for a success.
  it.each(SOURCES)('for %s is an AsyncFunction of two parameters', (_name, source) => {
    const handler = createHandler(source)
    expect(Object.getPrototypeOf(handler)).toBe(Object.getPrototypeOf(async () => {}))
    expect(handler).toHaveLength(2)
  })

  it('returns a promise for everything, refusals included', async () => {
    const promise = createHandler(ok)(undefined as unknown as AlbEvent)
    expect(promise).toBeInstanceOf(Promise)
    await expect(promise).rejects.toThrow()
  })

  it("fits AWS's own type of an ALB handler", () => {
    expectTypeOf<AlbHandler>().toExtend<ALBHandler>()
    expectTypeOf<Awaited<ReturnType<AlbHandler>>>().toEqualTypeOf<AlbResult>()
  })

  it('works without a context', async () => {
    expect((await createHandler(ok)(createAlbEvent())).body).toBe('ok')
  })

  it('works when it is called without its object', async () => {
    const { handler } = { handler: createHandler(ok) }
    const detached = handler
    expect((await detached(createAlbEvent(), createLambdaContext())).body).toBe('ok')
  })

  it('leaves no timer behind when the app has answered', async () => {
    const before = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
    const handler = createHandler((_req, res) => {
      setImmediate(() => res.end('ok'))
    })
    await handler(createAlbEvent(), createLambdaContext({ timeoutMs: 600_000 }))
    const after = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
    expect(after).toBe(before)
  })

  it('adds no listener to the process', async () => {
    const count = (): number =>
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
    const before = count()
    await createHandler(ok)(createAlbEvent(), createLambdaContext())
    expect(count()).toBe(before)
  })
})

describe.each(EXPRESSES_IN_MODES)(
  'concurrent invocations of $name in $mode-value mode',
  ({ express, mode }) => {
    it('do not see each other', async () => {
      const app = express()
      app.use(express.json())
      const echo = async (req: Request, res: Response): Promise<void> => {
        const id = String(req.params['id'])
        // Later ones overtake earlier ones.
        await delay(Math.max(1, 20 - Number(id)))
        res.cookie('id', id).json({
          url: req.originalUrl,
          body: req.body as unknown,
          header: req.get('x-id'),
          event: getInvocation()?.event.path,
          request: getInvocation()?.context?.awsRequestId,
        })
      }
      app.post('/echo/:id', (req, res) => void echo(req, res))
      const handler = createHandler(app)
      const ids = Array.from({ length: 20 }, (_, index) => String(index))
      const responses = await Promise.all(
        ids.map((id) =>
          invoke(
            handler,
            createAlbEvent({
              mode,
              method: 'POST',
              url: `/echo/${id}`,
              headers: { 'x-id': id },
              body: { id },
            }),
            { context: createLambdaContext({ awsRequestId: `request ${id}` }) },
          ),
        ),
      )
      expect(responses.map((response) => response.json())).toEqual(
        ids.map((id) => ({
          url: `/echo/${id}`,
          body: { id },
          header: id,
          event: `/echo/${id}`,
          request: `request ${id}`,
        })),
      )
      expect(responses.map((response) => response.headers['set-cookie'])).toEqual(
        ids.map((id) => [`id=${id}; Path=/`]),
      )
    })

    it('are not spoilt by one that fails', async () => {
      const app = express().set('env', 'test')
      app.get('/:what', (req, res) => {
        if (req.params['what'] === 'destroy') res.destroy()
        else if (req.params['what'] === 'throw') throw new Error('broken')
        else setTimeout(() => res.send('fine'), 5)
      })
      const handler = createHandler(app, { logger: false })
      const ask = async (url: string): Promise<number> =>
        (await invoke(handler, createAlbEvent({ mode, url }))).status
      expect(
        await Promise.all(['/a', '/destroy', '/b', '/throw', '/c'].map((url) => ask(url))),
      ).toEqual([200, 502, 200, 500, 200])
    })
  },
)

describe('the mode', () => {
  it('is that of each event, also when the attribute is switched while invocations run', async () => {
    const handler = createHandler(async (_req, res) => {
      await delay(2)
      res.setHeader('x-two', ['1', '2'])
      res.end('ok')
    })
    const modes = [...MODES, ...MODES, ...MODES]
    const results = await Promise.all(
      modes.map((mode) => handler(createAlbEvent({ mode }), createLambdaContext())),
    )
    expect(results.map((result) => (result.headers ? 'single' : 'multi'))).toEqual(modes)
    expect(results.every((result) => !(result.headers && result.multiValueHeaders))).toBe(true)
  })
})
