import { IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http'
import { isIP, Socket } from 'node:net'
import { Duplex, Readable } from 'node:stream'
import onFinished from 'on-finished'
import timeout from 'connect-timeout'
import { describe, expect, it } from 'vitest'
import { createHandler } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { sendToTarget, toWire } from '../../helpers/target.js'
import { lookBothWays, lookThroughAdapter } from '../../helpers/two-ways.js'

const EVENT_DEADLINE_MS = 2_000

/** Deprecated, but read by middleware all the same. */
const connectionOf = (message: { connection?: unknown }): unknown => message.connection

const finishedOf = (res: { finished?: boolean }): unknown => res.finished

describe.each(MODES)('request and response in %s-value mode', (mode) => {
  const event = createAlbEvent({ mode })

  it("are instances of Node's own classes", async () => {
    const seen = await lookThroughAdapter(event, (req, res) => ({
      req: [req instanceof IncomingMessage, req instanceof Readable],
      res: [res instanceof ServerResponse, res instanceof OutgoingMessage],
    }))
    expect(seen).toEqual({ req: [true, true], res: [true, true] })
  })

  it('share one socket, and know each other', async () => {
    const { adapter, target } = await lookBothWays(event, (req, res) => ({
      sameSocket: res.socket === req.socket,
      sameConnection: connectionOf(res) === req.socket && connectionOf(req) === req.socket,
      resKnowsReq: res.req === req,
      streams: [req.socket instanceof Duplex, req.socket instanceof Readable],
    }))
    expect(adapter).toEqual(target)
    expect(adapter.sameSocket).toBe(true)
  })

  it('say of themselves what they say on a real server', async () => {
    const { adapter, target } = await lookBothWays(event, (req, res) => ({
      httpVersion: [req.httpVersion, req.httpVersionMajor, req.httpVersionMinor],
      upgrade: (req as { upgrade?: unknown }).upgrade,
      statusCode: [req.statusCode, req.statusMessage],
      states: [
        (req as { aborted?: boolean }).aborted,
        req.complete,
        req.readable,
        req.destroyed,
        req.readableFlowing,
      ],
      encoding: [req.readableEncoding, req.readableObjectMode, req.readableHighWaterMark],
      trailers: [req.trailers, req.rawTrailers],
      response: [res.statusCode, res.statusMessage, res.headersSent, res.sendDate],
      writable: [res.writable, res.writableEnded, res.writableFinished, res.writableLength],
      more: [
        res.writableCorked,
        res.writableObjectMode,
        res.shouldKeepAlive,
        res.strictContentLength,
      ],
      chunked: [
        res.chunkedEncoding,
        res.useChunkedEncodingByDefault,
        finishedOf(res),
        res.destroyed,
      ],
    }))
    expect(adapter).toEqual(target)
    expect(adapter.httpVersion).toEqual(['1.1', 1, 1])
  })

  it('have a socket in the state of a real one', async () => {
    const { adapter, target } = await lookBothWays(event, ({ socket }) => ({
      open: [socket.readable, socket.writable, socket.destroyed, socket.closed, socket.readyState],
      ended: [socket.readableEnded, socket.writableEnded, socket.writableFinished],
      connecting: [!socket.connecting, socket.pending],
      timeout: socket.timeout ?? 0,
      isSocket: socket instanceof Socket,
      written: socket.bytesWritten,
      needDrain: [socket.writableNeedDrain, socket.writableLength],
      secure: [(socket as { encrypted?: boolean }).encrypted, 'getPeerCertificate' in socket],
      remote: [socket.remoteAddress, socket.remoteFamily, typeof socket.remotePort],
      local: [socket.localFamily, typeof socket.localPort, isIP(socket.localAddress ?? '')],
    }))
    expect(adapter).toEqual(target)
  })

  it('have a socket whose methods answer as those of a real one', async () => {
    const { adapter, target } = await lookBothWays(event, (req, res) => {
      const { socket } = req
      return {
        chained: [
          socket.setTimeout(1_000) === socket,
          socket.setTimeout(0) === socket,
          socket.setKeepAlive(true, 1_000) === socket,
          socket.setNoDelay(true) === socket,
          socket.ref() === socket,
          socket.unref() === socket,
          socket.pause() === socket,
          socket.resume() === socket,
          req.setTimeout(1_000) === req,
          req.setTimeout(0) === req,
          res.setTimeout(1_000) === res,
          res.setTimeout(0) === res,
        ],
        address: Object.keys(socket.address()).toSorted(),
        timeouts: [60_000, 0].map((ms) => socket.setTimeout(ms).timeout),
      }
    })
    expect(adapter).toEqual(target)
  })

  it.each([
    ['a string', '1'],
    ['a negative number', -1],
    ['not a number', Number.NaN],
  ])('have a socket that refuses a timeout that is %s, as a real one does', async (_title, ms) => {
    const { adapter, target } = await lookBothWays(event, ({ socket }) => {
      try {
        return String(socket.setTimeout(ms as number) === socket)
      } catch (error) {
        return (error as { code: string }).code
      }
    })
    expect(adapter).toBe(target)
    expect(adapter).toMatch(/^ERR_/)
  })

  it('have a socket of their own in each invocation', async () => {
    const sockets = new Set<unknown>()
    const handler = createHandler((req, res) => {
      sockets.add(req.socket)
      res.end()
    })
    await Promise.all(Array.from({ length: 5 }, () => handler(event, createLambdaContext())))
    expect(sockets.size).toBe(5)
  })

  it('have a socket that never gives away what it keeps of the response', async () => {
    const handler = createHandler((req, res) => {
      const heard: string[] = []
      req.socket.on('data', () => heard.push('data'))
      req.socket.on('readable', () => heard.push('readable'))
      res.write('a')
      setImmediate(() => {
        res.end(heard.join())
      })
    })
    expect((await handler(event, createLambdaContext())).body).toBe('a')
  })
})

describe('the peer', () => {
  it.each(['10.0.0.1', '172.31.255.254', '192.0.2.1', '::1', 'fd00:ec2::1', '::ffff:10.1.2.3'])(
    'is %s when the option says so',
    async (peerAddress) => {
      const { adapter, target } = await lookBothWays(
        createAlbEvent({ headers: { 'x-forwarded-for': '6.6.6.6' } }),
        (req) => req.socket.remoteAddress,
        { peerAddress, handler: { peerAddress } },
      )
      expect(adapter).toBe(target)
      const family = await lookThroughAdapter(
        createAlbEvent(),
        ({ socket }) => socket.remoteFamily,
        { handler: { peerAddress } },
      )
      expect(family).toBe(isIP(peerAddress) === 6 ? 'IPv6' : 'IPv4')
    },
  )

  it('is one private address by default, whoever asks', async () => {
    const addresses: unknown[] = []
    const handler = createHandler((req, res) => {
      addresses.push(req.socket.remoteAddress)
      res.end()
    })
    await handler(createAlbEvent(), createLambdaContext())
    await handler(
      createAlbEvent({ clientAddress: '2001:db8::1', headers: { 'x-forwarded-for': 'a, b' } }),
      createLambdaContext(),
    )
    expect(addresses).toEqual(['10.0.0.2', '10.0.0.2'])
  })

  it('comes from an ephemeral port', async () => {
    const port = await lookThroughAdapter(createAlbEvent(), ({ socket }) => socket.remotePort)
    expect(port).toSatisfy((one: number) => Number.isInteger(one) && one >= 1024 && one <= 65_535)
  })
})

describe('timeouts', () => {
  it("of the socket are heard, and end a connection that nothing else keeps, as Node's server does", async () => {
    const heard: unknown[] = []
    const handler = createHandler(
      ({ socket }, _res) => {
        socket.setTimeout(5)
        socket.on('timeout', () => heard.push(socket.timeout))
      },
      { logger: false },
    )
    const answer = within(EVENT_DEADLINE_MS, 'answer', invoke(handler, createAlbEvent()))
    expect((await answer).status).toBe(502)
    expect(heard).toEqual([5])
  })

  it('of the response are heard, and leave the response to the listener', async () => {
    const handler = createHandler((_req, res) => {
      res.setTimeout(5, () => {
        res.statusCode = 503
        res.end('too slow')
      })
    })
    const response = await invoke(handler, createAlbEvent())
    expect([response.status, response.text()]).toEqual([503, 'too slow'])
  })

  it('let connect-timeout answer', async () => {
    const handler = createHandler((req, res) => {
      timeout('5ms')(
        req as never,
        res as never,
        ((error?: { status: number }) => {
          if (error === undefined) return
          res.statusCode = error.status
          res.end('timed out')
        }) as never,
      )
    })
    const response = await invoke(handler, createAlbEvent())
    expect([response.status, response.text()]).toEqual([503, 'timed out'])
  })

  it('that the app takes back do not come', async () => {
    const handler = createHandler((req, res) => {
      const heard: string[] = []
      const hear = (): void => {
        heard.push('timeout')
      }
      req.socket.setTimeout(1, hear)
      req.socket.setTimeout(0, hear)
      if (req.socket.listeners('timeout').includes(hear)) hear()
      setTimeout(() => res.end(heard.join()), 10)
    })
    expect((await invoke(handler, createAlbEvent())).text()).toBe('')
  })
})

describe.each(EXPRESSES_IN_MODES)('$name in $mode-value mode', ({ express, mode }) => {
  it('finds the same connection under its own prototypes', async () => {
    const { adapter, target } = await lookBothWays(
      createAlbEvent({ mode }),
      (req, res) => ({
        instances: [req instanceof IncomingMessage, res instanceof ServerResponse],
        same: [res.socket === req.socket, res.req === req],
        address: req.socket.remoteAddress,
      }),
      { around: (last) => express().use(last) },
    )
    expect(adapter).toEqual(target)
  })

  it('gets a pair with no properties but those that Node itself makes', async () => {
    const app = express()
    const names = new Set<string>()
    app.use((req, res, next) => {
      for (const name of [...Object.keys(req), ...Object.keys(res)]) names.add(name)
      next()
    })
    app.use((_req, res) => res.end())
    await invoke(createHandler(app), createAlbEvent({ mode }))
    const own = [...names]
    names.clear()
    await sendToTarget(app, toWire(createAlbEvent({ mode })))
    expect(own.filter((name) => !names.has(name))).toEqual(['_storeHeader'])
  })

  it('lets on-finished see the end of request and response', async () => {
    const ended: string[] = []
    const { adapter, target } = await lookBothWays(
      createAlbEvent({ mode }),
      (req, res) => {
        onFinished(req, (error) => ended.push(`request ${String(error)}`))
        onFinished(res, (error) => ended.push(`response ${String(error)}`))
        return [onFinished.isFinished(req), onFinished.isFinished(res)]
      },
      { around: (last) => express().use(last) },
    )
    expect(adapter).toEqual(target)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(ended.toSorted()).toEqual([
      'request null',
      'request null',
      'response null',
      'response null',
    ])
  })
})
