import 'reflect-metadata'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { getRequestListener } from '@hono/node-server'
import { Body, Controller, Get, Module, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import connect from 'connect'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { createHandler, ExpressAlbError, type AppSource, type RequestListener } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { EXPRESSES, MODES } from '../../helpers/modes.js'
import { sendToTarget, toWire } from '../../helpers/target.js'

/** An app of each kind that answers `GET /hello` and echoes the JSON of `POST /echo`. */
interface Kind {
  readonly name: string
  readonly source: () => RequestListener | Server | Promise<RequestListener | Server>
}

class HelloController {
  hello(): string {
    return 'hello'
  }

  echo(body: unknown): unknown {
    return body
  }
}

// oxlint-disable-next-line typescript/no-extraneous-class -- Nest asks for a class
class HelloModule {}

/** Decorators by hand: what erases types does not know their syntax. */
function decorateNest(): void {
  const { prototype } = HelloController
  const method = (name: 'hello' | 'echo'): PropertyDescriptor =>
    Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor
  Controller()(HelloController)
  Get('hello')(prototype, 'hello', method('hello'))
  Post('echo')(prototype, 'echo', method('echo'))
  Body()(prototype, 'echo', 0)
  Module({ controllers: [HelloController] })(HelloModule)
}

const bare = (req: IncomingMessage, res: ServerResponse): void => {
  if (req.url === '/hello') {
    res.end('hello')
    return
  }
  const pieces: Buffer[] = []
  req.on('data', (piece: Buffer) => pieces.push(piece))
  req.on('end', () => {
    res.statusCode = 201
    res.setHeader('content-type', 'application/json')
    res.end(Buffer.concat(pieces))
  })
}

const KINDS: Kind[] = [
  ...EXPRESSES.map(({ name, express }) => ({
    name,
    source: () => {
      const app = express()
      app.get('/hello', (_req, res) => res.send('hello'))
      app.post('/echo', express.json(), (req, res) => res.status(201).json(req.body))
      return app
    },
  })),
  { name: 'a bare listener', source: () => bare },
  { name: 'an async listener', source: () => async (req, res) => bare(req, res) },
  { name: 'an http.Server', source: () => createServer(bare) },
  {
    name: 'an http.Server with a listener added',
    source: () => createServer().on('request', bare),
  },
  { name: 'an https.Server', source: () => createSecureServer(bare) },
  {
    name: 'Connect',
    source: () =>
      connect().use((req, res) => {
        bare(req, res)
      }),
  },
  {
    name: 'Koa',
    source: () => {
      const app = new Koa()
      app.use(async (ctx) => {
        if (ctx.path === '/hello') {
          ctx.body = 'hello'
          return
        }
        const pieces: Buffer[] = []
        for await (const piece of ctx.req) pieces.push(piece as Buffer)
        ctx.status = 201
        ctx.body = JSON.parse(Buffer.concat(pieces).toString()) as object
      })
      return app.callback()
    },
  },
  {
    name: 'Fastify by its routing',
    source: async () => {
      const app = fastify()
      app.get('/hello', async () => 'hello')
      app.post('/echo', async (request, reply) => reply.status(201).send(request.body))
      await app.ready()
      return (req, res) => {
        app.routing(req, res)
      }
    },
  },
  {
    name: 'Fastify by its server',
    source: async () => {
      const app = fastify()
      app.get('/hello', async () => 'hello')
      app.post('/echo', async (request, reply) => reply.status(201).send(request.body))
      await app.ready()
      return app.server
    },
  },
  {
    name: 'Hono',
    source: () => {
      const app = new Hono()
      app.get('/hello', (c) => c.text('hello'))
      app.post('/echo', async (c) => c.json(await c.req.json(), 201))
      return getRequestListener(app.fetch)
    },
  },
  {
    name: "Nest's Express instance",
    source: async () => {
      decorateNest()
      const app = await NestFactory.create(HelloModule, { logger: false })
      await app.init()
      return app.getHttpAdapter().getInstance() as RequestListener
    },
  },
]

describe.each(KINDS)('createHandler with $name', ({ source }) => {
  describe.each(MODES)('in %s-value mode', (mode) => {
    it('answers a GET and a POST as it does on a real server', async () => {
      const app = await source()
      const handler = createHandler(app)
      const onServer = (...pair: Parameters<RequestListener>): void => {
        if (typeof app === 'function') void app(...pair)
        else app.emit('request', ...pair)
      }
      for (const init of [
        { url: '/hello' },
        { url: '/echo', method: 'POST', body: { text: 'é' } },
      ]) {
        const event = createAlbEvent({ ...init, mode, headers: { host: 'localhost' } })
        const target = await sendToTarget(onServer, toWire(event))
        const response = await invoke(handler, event)
        expect([response.status, response.text(), response.headers['content-type']]).toEqual([
          target.status,
          target.body.toString(),
          target.fields.find(([name]) => /^content-type$/i.test(name))?.[1],
        ])
        expect(response.refusal).toBe(undefined)
      }
      expect((await invoke(handler, createAlbEvent({ mode, url: '/hello' }))).text()).toBe('hello')
    })
  })
})

describe('an http.Server', () => {
  it('gets the request with every listener it has, in order, and never listens', async () => {
    const heard: string[] = []
    const server = createServer()
    server.on('request', () => heard.push('first'))
    server.on('request', (_req, res) => {
      heard.push('second')
      res.end()
    })
    await createHandler(server)(createAlbEvent(), createLambdaContext())
    expect([heard, server.listening]).toEqual([['first', 'second'], false])
  })

  it('may get its listener for another after createHandler', async () => {
    const server = createServer((_req, res) => res.end('old'))
    const handler = createHandler(server)
    server.removeAllListeners('request')
    server.on('request', (_req, res) => res.end('new'))
    expect((await invoke(handler, createAlbEvent())).text()).toBe('new')
  })
})

describe('createHandler', () => {
  const failureOf = (source: unknown): unknown => {
    try {
      createHandler(source as AppSource)
    } catch (error) {
      return error
    }
    return 'accepted'
  }

  it.each([
    ['nothing', undefined, 'Express app'],
    ['null', null, 'Express app'],
    ['a path', './app.js', 'Express app'],
    ['a number', 3000, 'Express app'],
    ['an object', {}, 'Express app'],
    ['an array', [bare], 'app'],
    ['a Koa app', new Koa(), 'listener'],
    ['a Hono app', new Hono(), 'listener'],
    ['an http.Server without listener', createServer(), 'listener'],
  ])('refuses %s at once, with what to pass', (_name, source, hint) => {
    const failure = failureOf(source)
    expect(failure).toBeInstanceOf(ExpressAlbError)
    expect(failure).toMatchObject({ code: 'INVALID_APP' })
    expect((failure as Error).message).toMatch(/^The app is /)
    expect((failure as Error).message).toContain(hint)
    expect((failure as Error).message.length).toBeLessThan(500)
  })

  it('refuses a Nest app at once, with what to pass', async () => {
    decorateNest()
    const failure = failureOf(await NestFactory.create(HelloModule, { logger: false }))
    expect(failure).toMatchObject({ code: 'INVALID_APP' })
    expect((failure as Error).message).toContain('listener')
  })

  // It can be awaited, so it counts as a promise of an app, and is one of itself.
  it('refuses a Fastify app when it is first asked for, with what to pass', async () => {
    const handler = createHandler(fastify() as unknown as AppSource, { logger: false })
    const failure = await handler(createAlbEvent()).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'APP_INIT_FAILED',
      cause: { code: 'INVALID_APP', message: expect.stringContaining('listener') },
    })
  })

  it.each(EXPRESSES)(
    'takes an app of $name for an app, never for a factory',
    async ({ express }) => {
      const app = express()
      app.use((_req, res) => {
        res.send('app')
      })
      // What instrumentation makes of it: the same members around a function of other parameters.
      const wrapped = Object.assign((...args: unknown[]): void => {
        Reflect.apply(app, undefined, args)
      }, app)
      expect(wrapped).toHaveLength(0)
      expect((await invoke(createHandler(wrapped as never), createAlbEvent())).text()).toBe('app')
    },
  )
})
