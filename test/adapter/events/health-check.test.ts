import type { RequestListener } from 'node:http'
import type { Request, Response } from 'express'
import { describe, expect, it } from 'vitest'
import { createHandler, type AlbEvent } from 'express-alb'
import {
  createAlbEvent,
  createHealthCheckEvent,
  createLambdaContext,
  invoke,
} from 'express-alb/testing'
import { EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { lookBothWays } from '../../helpers/two-ways.js'

describe.each(EXPRESSES_IN_MODES)(
  'a health check of $name in $mode-value mode',
  ({ express, mode }) => {
    const event = createHealthCheckEvent({ mode, url: '/health?deep=1' })

    it('reaches the app as a request without host', async () => {
      const { adapter, target } = await lookBothWays(
        event,
        (message) => {
          const req = message as Request
          const { method, originalUrl, query, headers, hostname, ip, ips, protocol, secure } = req
          return {
            method,
            originalUrl,
            query: { ...query },
            headers,
            hostname,
            ip,
            ips,
            protocol,
            secure,
            accepts: [req.accepts('html'), req.is('json'), req.fresh, req.xhr, req.subdomains],
          }
        },
        { around: (last) => express().set('trust proxy', 1).use(last) },
      )
      expect(adapter).toEqual(target)
      expect(adapter.headers).toEqual({ 'user-agent': 'ELB-HealthChecker/2.0' })
    })

    it('gets what the app answers, errors and redirects included', async () => {
      const app = express()
      app.get('/health', (_req, res) => {
        res.status(503).send('warming up')
      })
      app.get('/redirect', (_req, res) => {
        res.redirect('/health')
      })
      const handler = createHandler(app)
      const ask = async (url: string): Promise<[number, string]> => {
        const response = await invoke(handler, createHealthCheckEvent({ mode, url }))
        return [response.status, response.text()]
      }
      expect(await ask('/health')).toEqual([503, 'warming up'])
      expect(await ask('/redirect')).toEqual([302, 'Found. Redirecting to /health'])
      expect((await ask('/nope'))[0]).toBe(404)
    })

    it("is answered 200 without the app by the option 'answer'", async () => {
      let called = 0
      const app = express().use((_req: Request, res: Response) => {
        called++
        res.status(500).end()
      })
      const response = await invoke(createHandler(app, { healthCheck: 'answer' }), event)
      expect([response.status, response.refusal, called]).toEqual([200, undefined, 0])
    })
  },
)

describe.each(MODES)("the option healthCheck: 'answer' in %s-value mode", (mode) => {
  it('does not even load a lazy app for a health check', async () => {
    let loads = 0
    const handler = createHandler(
      () => {
        loads++
        return ((_req, res) => {
          res.end('app')
        }) satisfies RequestListener
      },
      { healthCheck: 'answer' },
    )
    expect((await invoke(handler, createHealthCheckEvent({ mode }))).status).toBe(200)
    expect(loads).toBe(0)
    expect((await invoke(handler, createAlbEvent({ mode }))).text()).toBe('app')
    expect(loads).toBe(1)
  })

  it('answers although the app cannot be loaded', async () => {
    const handler = createHandler(
      () => {
        throw new Error('no database')
      },
      { healthCheck: 'answer', logger: false },
    )
    expect((await invoke(handler, createHealthCheckEvent({ mode }))).status).toBe(200)
  })

  it('answers in the form of the event', async () => {
    const handler = createHandler((_req, res) => res.end(), { healthCheck: 'answer' })
    const result = await handler(createHealthCheckEvent({ mode }), createLambdaContext())
    const { headers, multiValueHeaders } = result
    expect(mode === 'single' ? headers : multiValueHeaders).toBeTypeOf('object')
    expect(mode === 'single' ? multiValueHeaders : headers).toBe(undefined)
    expect([result.statusDescription, result.isBase64Encoded]).toEqual(['200 OK', false])
  })

  it.each([
    ['a client that poses as the health checker', { 'user-agent': 'ELB-HealthChecker/2.0' }],
    ['a browser', { 'user-agent': 'Mozilla/5.0' }],
    ['a client without user agent', {}],
  ])('leaves %s to the app', async (_name, headers) => {
    const handler = createHandler((_req, res) => res.end('app'), { healthCheck: 'answer' })
    expect((await invoke(handler, createAlbEvent({ mode, headers }))).text()).toBe('app')
  })
})

describe("the option healthCheck: 'answer'", () => {
  const answerer = createHandler((_req, res) => res.end('app'), { healthCheck: 'answer' })

  it.each([
    ['other checkers', { headers: { 'user-agent': 'kube-probe/1.30' } }],
    [
      'a user agent that only holds the name',
      { headers: { 'user-agent': 'x ELB-HealthChecker/2.0' } },
    ],
    ['no headers', {}],
  ])('leaves %s to the app', async (_name, fields) => {
    const event: AlbEvent = { httpMethod: 'GET', path: '/', ...fields }
    expect((await invoke(answerer, event)).text()).toBe('app')
  })

  it.each([
    ['in single-value form', { headers: { 'user-agent': 'ELB-HealthChecker/2.0' } }],
    [
      'with an array in single-value form',
      { headers: { 'user-agent': ['ELB-HealthChecker/2.0'] } },
    ],
    ['of another version', { headers: { 'user-agent': 'ELB-HealthChecker/3.1' } }],
  ])('answers a health check written by hand %s', async (_name, fields) => {
    const event: AlbEvent = { httpMethod: 'GET', path: '/', ...fields }
    expect((await invoke(answerer, event)).text()).not.toBe('app')
  })

  it('is not taken for a health check when malformed, but refused', async () => {
    const event = { ...createHealthCheckEvent(), path: 7 } as unknown as AlbEvent
    await expect(answerer(event)).rejects.toMatchObject({ code: 'INVALID_EVENT' })
  })
})
