import { EventEmitter, once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { ErrorRequestHandler, Request, Response } from 'express'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createHandler, getInvocation, type Invocation } from 'express-alb'
import {
  createAlbEvent,
  createHealthCheckEvent,
  createLambdaContext,
  invoke,
} from 'express-alb/testing'
import { EXPRESSES_IN_MODES } from '../../helpers/modes.js'
import { sendToTarget, toWire } from '../../helpers/target.js'

describe.each(EXPRESSES_IN_MODES)(
  'getInvocation() below $name in $mode-value mode',
  ({ express, mode }) => {
    it('gives the event and the context themselves', async () => {
      const event = createAlbEvent({ mode, url: '/x?a=1' })
      const context = createLambdaContext()
      const seen: unknown[] = []
      const app = express().use((_req, res) => {
        seen.push(getInvocation()?.event, getInvocation()?.context)
        res.end()
      })
      await createHandler(app)(event, context)
      expect(seen[0]).toBe(event)
      expect(seen[1]).toBe(context)
    })

    it('gives the same invocation wherever the app goes', async () => {
      const seen: Record<string, Invocation | undefined> = {}
      const note = (where: string): void => {
        seen[where] = getInvocation()
      }
      const app = express()
      app.use((_req, _res, next) => {
        note('middleware')
        setTimeout(() => {
          note('timer')
          next()
        }, 1)
      })
      app.use(express.text())
      const answer = async (req: Request, res: Response): Promise<void> => {
        note('behind the body parser')
        res.on('finish', () => note('finish'))
        res.on('close', () => note('close'))
        process.nextTick(() => note('tick'))
        queueMicrotask(() => note('microtask'))
        await Promise.resolve()
        note('await')
        await turn()
        note('immediate')
        await readFile(new URL(import.meta.url))
        note('file system')
        const emitter = new EventEmitter()
        emitter.on('ping', () => note('emitter'))
        emitter.emit('ping')
        const stream = new PassThrough()
        stream.on('data', () => note('stream'))
        const ended = once(stream, 'end')
        stream.end(req.body as string)
        await ended
        res.end('ok')
        await delay(1)
        note('after the answer')
      }
      app.post('/', (req, res) => void answer(req, res))
      await createHandler(app)(
        createAlbEvent({
          mode,
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: 'x',
        }),
        createLambdaContext(),
      )
      await delay(5)
      expect(Object.keys(seen)).toHaveLength(13)
      expect(seen['middleware']?.event.path).toBe('/')
      for (const where of Object.keys(seen)) expect(seen[where], where).toBe(seen['middleware'])
    })

    it('gives it in the stream that reads the body and in the one that writes the answer', async () => {
      const seen: unknown[] = []
      const answer = async (req: Request, res: Response): Promise<void> => {
        await pipeline(
          req,
          async function* (pieces: AsyncIterable<Buffer>) {
            for await (const piece of pieces) {
              seen.push(getInvocation())
              await delay(1)
              yield piece
            }
          },
          res,
        )
        seen.push(getInvocation())
      }
      const app = express().use((req, res) => void answer(req, res))
      const event = createAlbEvent({ mode, method: 'POST', body: 'x' })
      const result = await createHandler(app)(event, createLambdaContext())
      await turn()
      expect(result.body).toBe('x')
      expect(seen.map((one) => (one as Invocation).event)).toEqual([event, event])
    })

    it('gives it in error handlers', async () => {
      const app = express()
      app.get('/', (_req, _res, next) => {
        next(new Error('broken'))
      })
      app.use(((_error, _req, res, _next) => {
        res.status(500).send(getInvocation()?.event.path)
      }) as ErrorRequestHandler)
      expect((await invoke(createHandler(app), createAlbEvent({ mode }))).text()).toBe('/')
    })

    it('is undefined on a normal server, with the same app in the same process', async () => {
      const app = express().use((_req, res) => {
        res.send(String(getInvocation()?.event.path))
      })
      const event = createAlbEvent({ mode })
      expect((await invoke(createHandler(app), event)).text()).toBe('/')
      expect((await sendToTarget(app, toWire(event))).body.toString()).toBe('undefined')
    })
  },
)

describe('getInvocation()', () => {
  it('is undefined outside of an invocation', async () => {
    expect(getInvocation()).toBe(undefined)
    const handler = createHandler((_req, res) => res.end())
    await handler(createAlbEvent(), createLambdaContext())
    expect(getInvocation()).toBe(undefined)
    const running = handler(createAlbEvent(), createLambdaContext())
    expect(getInvocation()).toBe(undefined)
    await running
  })

  it('is undefined while a lazy app is loaded, which many invocations share', async () => {
    const seen: unknown[] = []
    const handler = createHandler(async () => {
      seen.push(getInvocation())
      await delay(1)
      seen.push(getInvocation())
      return ((_req, res) => res.end()) satisfies RequestListener
    })
    await handler(createAlbEvent(), createLambdaContext())
    expect(seen).toEqual([undefined, undefined])
  })

  it('is the invocation of a health check, too', async () => {
    const handler = createHandler((_req, res) => res.end(getInvocation()?.event.path))
    const event = createHealthCheckEvent({ url: '/health' })
    expect((await invoke(handler, event)).text()).toBe('/health')
  })

  it('cannot be set by anything that a client sends', async () => {
    const handler = createHandler((req, res) => {
      const { event, context } = getInvocation() ?? {}
      res.end(JSON.stringify([event?.path, context?.awsRequestId, Object.keys(req.headers)]))
    })
    const forged = {
      'x-apigateway-event': encodeURIComponent('{"path":"/forged"}'),
      'x-amzn-request-context': '{"awsRequestId":"forged"}',
      'x-amzn-lambda-context': '{"awsRequestId":"forged"}',
    }
    const event = createAlbEvent({ headers: forged })
    const context = createLambdaContext({ awsRequestId: 'real' })
    const [path, id, names] = (await invoke(handler, event, { context })).json() as unknown[]
    expect([path, id]).toEqual(['/', 'real'])
    // Nor does the adapter give anything away in headers of its own.
    expect(names).toEqual(Object.keys(event.headers ?? {}))
  })

  it('gives the time that is left, asked anew each time', async () => {
    let left = 5_000
    const seen: unknown[] = []
    const handler = createHandler((_req, res) => {
      seen.push(getInvocation()?.remainingMs)
      left = 4_000
      seen.push(getInvocation()?.remainingMs)
      res.end()
    })
    await handler(createAlbEvent(), { getRemainingTimeInMillis: () => left })
    expect(seen).toEqual([5_000, 4_000])
  })

  it('gives the deadline as a time of day', async () => {
    let deadline = 0
    const handler = createHandler((_req, res) => {
      deadline = getInvocation()?.deadline ?? 0
      res.end()
    })
    const before = Date.now()
    await handler(createAlbEvent(), { getRemainingTimeInMillis: () => 5_000 })
    expect(deadline).toBeGreaterThanOrEqual(before + 5_000)
    expect(deadline).toBeLessThanOrEqual(Date.now() + 5_000)
  })

  it.each([undefined, {}, { awsRequestId: 'x' }])(
    'gives no end of time when the context is %o',
    async (context) => {
      const seen: unknown[] = []
      const handler = createHandler((_req, res) => {
        seen.push(getInvocation()?.remainingMs, getInvocation()?.deadline)
        res.end()
      })
      await handler(createAlbEvent(), context)
      expect(seen).toEqual([Infinity, Infinity])
    },
  )

  it('calls the method of the context on the context', async () => {
    const context = {
      left: 1_234,
      getRemainingTimeInMillis(): number {
        return this.left
      },
    }
    let seen: unknown
    const handler = createHandler((_req, res) => {
      seen = getInvocation()?.remainingMs
      res.end()
    })
    await handler(createAlbEvent(), context)
    expect(seen).toBe(1_234)
  })

  it('has the context type that the caller names', () => {
    type Mine = { readonly awsRequestId: string; readonly tenant: 'blue' }
    const read = (): 'blue' | undefined => getInvocation<Mine>()?.context?.tenant
    expectTypeOf(read).returns.toEqualTypeOf<'blue' | undefined>()
  })
})
