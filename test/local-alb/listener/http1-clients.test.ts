import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { closeAllConnections } from '../../../packages/local-alb/src/listener/listener.js'
import type { RefusedError } from '../../../packages/local-alb/src/message.js'
import { exchange, RawClient, statusesIn } from './raw-client.js'
import { answer, Gate, startListener } from './start-listener.js'

const kept = 'Host: a\r\n\r\n'
const last = 'Host: a\r\nConnection: close\r\n\r\n'
const upload = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n'

describe('clients that vanish', () => {
  it.each([
    ['closes', (socket: Socket) => socket.destroy()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('abort the signal when one %s before the answer', async (_what, leave) => {
    let released = false
    const { port, requestCount, outcomeCount } = await startListener(async ({ signal }) => {
      await once(signal, 'abort')
      released = true
      return answer(200, Buffer.from('late'))
    })
    const client = await RawClient.connect(port)
    client.send(`GET / HTTP/1.1\r\n${kept}`)
    const { signal } = await requestCount(1)
    expect(signal.aborted).toBe(false)
    leave(client.socket)
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true })
    expect(released).toBe(true)
    expect(signal.aborted).toBe(true)
  })

  it('show a signal that is aborted already to whoever looks late', async () => {
    const { port, requests, outcomeCount } = await startListener(() => new Promise(() => {}))
    const client = await RawClient.connect(port)
    client.send(`GET / HTTP/1.1\r\n${kept}`)
    await vi.waitFor(() => expect(requests).toHaveLength(1))
    client.socket.resetAndDestroy()
    await outcomeCount(1)
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('do not abort the signal of a request that was answered', async () => {
    const { port, requests } = await startListener()
    await exchange(port, `GET / HTTP/1.1\r\n${last}`)
    expect(requests[0]?.signal.aborted).toBe(false)
  })

  it.each([
    ['a length', upload],
    ['chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ])('fail a body with %s that is not whole', async (_what, start) => {
    const errors: unknown[] = []
    const { port, requestCount, outcomeCount } = await startListener(async ({ body }) => {
      await text(body).catch((error: unknown) => errors.push(error))
      return answer(400, undefined)
    })
    const client = await RawClient.connect(port)
    client.send(`${start}abc`)
    const { signal } = await requestCount(1)
    client.socket.destroy()
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true })
    expect(signal.aborted).toBe(true)
    expect(errors).toHaveLength(1)
    expect((errors[0] as RefusedError).refusal).toMatchObject({ status: 400, close: true })
  })

  it('harm nobody when their body is not looked at', async () => {
    const { port, outcomeCount } = await startListener(async ({ signal }) => {
      await once(signal, 'abort')
      return answer(200, undefined)
    })
    const client = await RawClient.connect(port)
    client.send(`${upload}abc`)
    client.socket.destroySoon()
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true })
  })

  it('free the stream of their answer', async () => {
    const stream = new PassThrough()
    const { port, outcomeCount } = await startListener(() => Promise.resolve(answer(200, stream)))
    const client = await RawClient.connect(port)
    client.send(`GET / HTTP/1.1\r\n${kept}`)
    stream.write('hello')
    await client.until('hello')
    client.socket.resetAndDestroy()
    const { sentBytes, abandoned } = await outcomeCount(1)
    expect(abandoned).toBe(true)
    expect(sentBytes).toBeGreaterThanOrEqual(client.received.length)
    await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  })

  it('cost nothing when they come and go without a word', async () => {
    const { port, requests } = await startListener()
    for (let count = 0; count < 20; count++) {
      const client = await RawClient.connect(port)
      client.socket.resetAndDestroy()
    }
    expect(statusesIn(await exchange(port, `GET / HTTP/1.1\r\n${last}`))).toEqual([200])
    expect(requests).toHaveLength(1)
  })
})

describe('clients that close their half', () => {
  it('get the answer that comes nevertheless, and the connection ends', async () => {
    const { port, requests, outcomeCount } = await startListener()
    const client = await RawClient.connect(port)
    client.socket.end(`GET /1 HTTP/1.1\r\n${kept}GET /2 HTTP/1.1\r\n${kept}`)
    expect(statusesIn(await client.end())).toEqual([200, 200])
    expect(requests).toHaveLength(2)
    await outcomeCount(2)
  })

  it('get 400 in the middle of a head', async () => {
    const { port, requests } = await startListener()
    const client = await RawClient.connect(port)
    client.socket.end('GET /a HTTP/1.1\r\nHost: a\r\n')
    expect(statusesIn(await client.end())).toEqual([400])
    expect(requests[0]).toMatchObject({ method: 'GET', target: '/a', headBytes: 26 })
  })

  it('get 400 in the middle of a body', async () => {
    const { port } = await startListener()
    const client = await RawClient.connect(port)
    client.socket.end(`${upload}abc`)
    const received = await client.end()
    expect(statusesIn(received)).toEqual([400])
    expect(received).toContain('before it had sent all of the body')
  })

  it('end an idle connection', async () => {
    const { port, requests } = await startListener()
    const client = await RawClient.connect(port)
    await client.send(`GET / HTTP/1.1\r\n${kept}\r\n\r\n`).until('GET /')
    client.socket.end()
    expect(statusesIn(await client.end())).toEqual([200])
    expect(requests).toHaveLength(1)
  })
})

describe('clients that are slow', () => {
  const quick = { idleTimeoutSeconds: 0.2 }

  it('are left without a word between requests', async () => {
    const { port, requests } = await startListener(undefined, quick)
    const client = await RawClient.connect(port)
    await client.send(`GET / HTTP/1.1\r\n${kept}`).until('GET /')
    expect(statusesIn(await client.end())).toEqual([200])
    expect(requests).toHaveLength(1)
  })

  it('are left without a word when they never say one', async () => {
    const { port, requests } = await startListener(undefined, quick)
    const client = await RawClient.connect(port)
    expect(await client.end()).toBe('')
    expect(requests).toHaveLength(0)
  })

  it('get 408 in the middle of a head', async () => {
    const { port, requests, outcomeCount } = await startListener(undefined, quick)
    const client = await RawClient.connect(port)
    expect(statusesIn(await client.send('GET /a HTTP/1.1\r\nHos').end())).toEqual([408])
    expect(requests[0]).toMatchObject({ method: 'GET', target: '/a', refusal: { status: 408 } })
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: false })
  })

  it('get 408 in the middle of a body, which fails', async () => {
    const { port, requests } = await startListener(undefined, quick)
    const client = await RawClient.connect(port)
    expect(statusesIn(await client.send(`${upload}abc`).end())).toEqual([408])
    expect(requests[0]).not.toHaveProperty('refusal')
  })

  it('have all the time they need as long as they go on', async () => {
    const { port } = await startListener(undefined, { idleTimeoutSeconds: 1 })
    const client = await RawClient.connect(port)
    client.send(upload)
    const started = performance.now()
    for (const char of '0123456789') {
      client.send(char)
      await setTimeout(150)
    }
    await client.until('POST / 0123456789')
    expect(performance.now() - started).toBeGreaterThan(1000)
  })

  it('wait for a handler that is slow', async () => {
    const { port } = await startListener(async () => {
      await setTimeout(700)
      return answer(200, undefined)
    }, quick)
    expect(statusesIn(await exchange(port, `GET / HTTP/1.1\r\n${last}`))).toEqual([200])
  })

  it('are cut off when they do not read their answer', async () => {
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65_536))
      },
    })
    const { port, outcomeCount } = await startListener(
      () => Promise.resolve(answer(200, endless)),
      quick,
    )
    const client = await RawClient.connect(port)
    client.socket.pause()
    client.send(`GET / HTTP/1.1\r\n${kept}`)
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true })
    expect(endless.destroyed).toBe(true)
  })

  it('are cut off when they do not take the end of the connection', async () => {
    const { port, server } = await startListener()
    const client = await RawClient.connect(port)
    await client.send(`GET / HTTP/1.1\r\n${last}`).end()
    // The client keeps its half open and says no more.
    server.close()
    await once(server, 'close')
  })
})

describe('close()', () => {
  it('ends idle connections, and others after their answer', async () => {
    const gate = new Gate()
    const { port, server, requestCount } = await startListener(async ({ target }) => {
      if (target === '/slow') await gate.passed
      return answer(200, Buffer.from(target))
    })
    const idle = await RawClient.connect(port)
    await idle.send(`GET /idle HTTP/1.1\r\n${kept}`).until('/idle')
    const fresh = await RawClient.connect(port)
    const busy = await RawClient.connect(port)
    busy.send(`GET /slow HTTP/1.1\r\n${kept}`)
    await requestCount(2)
    const closed = once(server, 'close')
    server.close()
    await idle.end()
    idle.socket.end()
    expect(await fresh.end()).toBe('')
    fresh.socket.end()
    gate.open()
    expect(await busy.end()).toContain('Connection: close')
    busy.socket.end()
    await closed
  })

  it('calls back, with an error when it does not listen', async () => {
    const { server } = await startListener()
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()))
    })
    await expect(
      new Promise((resolve) => {
        server.close(resolve)
      }),
    ).resolves.toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  })

  it('is hastened by closeAllConnections(), which cuts answers off', async () => {
    const { port, server, requestCount, outcomeCount } = await startListener(
      () => new Promise(() => {}),
    )
    const client = await RawClient.connect(port)
    client.send(`GET / HTTP/1.1\r\n${kept}`)
    await requestCount(1)
    server.close()
    closeAllConnections(server)
    await once(server, 'close')
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true, sentBytes: 0 })
  })

  it('can be followed by another listen()', async () => {
    const { server } = await startListener()
    server.close()
    await once(server, 'close')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const client = await RawClient.connect(port)
    expect(await client.send(`GET / HTTP/1.1\r\n${kept}`).until('GET /')).toContain('keep-alive')
  })
})
