import type { IncomingMessage, RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createHandler, getInvocation, type Invocation } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { EXPRESSES_IN_MODES } from '../../helpers/modes.js'

describe.each(EXPRESSES_IN_MODES)(
  'onRequest before $name in $mode-value mode',
  ({ express, mode }) => {
    it('gets the request and response of the app, and the invocation', async () => {
      const seen: unknown[] = []
      const app = express().use((req, res) => {
        seen.push(req, res, getInvocation())
        res.end()
      })
      const event = createAlbEvent({ mode })
      const context = createLambdaContext()
      const handler = createHandler(app, {
        onRequest: (req, res, invocation) => {
          seen.push(req, res, invocation)
          expect(invocation.event).toBe(event)
          expect(invocation.context).toBe(context)
        },
      })
      await handler(event, context)
      expect(seen.slice(0, 3).every((one, index) => one === seen[index + 3])).toBe(true)
      expect(seen).toHaveLength(6)
    })

    it('can give the request members of its own, and headers to the response', async () => {
      const app = express().use((req, res) => {
        res.send((req as unknown as { tenant: string }).tenant)
      })
      const handler = createHandler(app, {
        onRequest: async (req, res) => {
          await delay(1)
          Object.assign(req, { tenant: 'blue' })
          res.setHeader('x-tenant', 'blue')
        },
      })
      const response = await invoke(handler, createAlbEvent({ mode }))
      expect([response.text(), response.headers['x-tenant']]).toEqual(['blue', 'blue'])
    })

    it('leaves the body to the app, however long it takes', async () => {
      const app = express().use(express.json(), (req, res) => {
        res.json(req.body)
      })
      const handler = createHandler(app, { onRequest: () => delay(5) })
      const response = await invoke(
        handler,
        createAlbEvent({ mode, method: 'POST', body: { a: 1 } }),
      )
      expect(response.json()).toEqual({ a: 1 })
    })

    it('may answer, and the app is not called', async () => {
      const app = vi.fn<(req: IncomingMessage, res: { end(): void }) => void>()
      const handler = createHandler((req, res) => app(req, res), {
        onRequest: (_req, res) => {
          res.statusCode = 403
          res.end('no')
        },
      })
      const response = await invoke(handler, createAlbEvent({ mode }))
      expect([response.status, response.text(), app.mock.calls]).toEqual([403, 'no', []])
    })
  },
)

describe('onRequest', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('hook is broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('hook is broken'))],
  ] as [string, () => Promise<void>][])(
    'that %s makes a 500 and one log entry, without the app',
    async (_name, onRequest) => {
      const entries: { error?: unknown }[] = []
      let called = false
      const handler = createHandler(
        (_req, res) => {
          called = true
          res.end()
        },
        { onRequest, logger: { warn() {}, error: (entry) => entries.push(entry) } },
      )
      const response = await invoke(handler, createAlbEvent())
      expect([response.status, called, entries.length]).toEqual([500, false, 1])
      expect(response.text()).not.toContain('broken')
      expect(JSON.stringify(entries)).toContain('hook is broken')
    },
  )

  it('runs within the invocation', async () => {
    const seen: (Invocation | undefined)[] = []
    const handler = createHandler((_req, res) => res.end(), {
      onRequest: async (_req, _res, invocation) => {
        seen.push(getInvocation(), invocation)
        await delay(1)
        seen.push(getInvocation())
      },
    })
    await handler(createAlbEvent(), createLambdaContext())
    expect(seen[0]).toBeDefined()
    expect(new Set(seen).size).toBe(1)
  })

  it('is called once for each request, after a lazy app is loaded', async () => {
    const order: string[] = []
    const handler = createHandler(
      () => {
        order.push('load')
        return ((_req, res) => {
          order.push('app')
          res.end()
        }) satisfies RequestListener
      },
      { onRequest: () => void order.push('hook') },
    )
    await handler(createAlbEvent(), createLambdaContext())
    await handler(createAlbEvent(), createLambdaContext())
    expect(order).toEqual(['load', 'hook', 'app', 'hook', 'app'])
  })

  it('that destroys the request ends it at once', async () => {
    const handler = createHandler((_req, res) => res.end(), {
      onRequest: (req) => void req.destroy(),
      logger: false,
    })
    expect((await invoke(handler, createAlbEvent())).status).toBe(502)
  })
})
