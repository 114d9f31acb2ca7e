import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createInstanceTarget } from '../../../packages/local-alb/src/targets/instance-target.js'
import { within } from '../../helpers/deadline.js'
import {
  bodyOf,
  refusalOf,
  send,
  textOf,
  withAnswer,
  withHttpTarget,
  withRawTarget,
} from './servers.js'

const DEADLINE_MS = 8000
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('the load balancer answers for an instance target that', () => {
  it('is not there: 502', async () => {
    const origin = `http://127.0.0.1:${await freePort()}`
    const target = createInstanceTarget(origin, { idleTimeoutSeconds: 60 })
    const refusal = await refusalOf(send(target))
    expect(refusal.status).toBe(502)
    expect(refusal.explanation).toBe(
      `${origin} refused the connection; start the server, or mend the URL of the target`,
    )
    await target.close()
  })

  it.each([
    ['closes the connection', (socket: Socket) => socket.end()],
    ['resets the connection', (socket: Socket) => socket.resetAndDestroy()],
    ['closes it within the head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nX')],
  ])('%s instead of answering: 502', async (_what, hangUp) => {
    await withRawTarget(
      (socket) => {
        socket.once('data', () => hangUp(socket))
      },
      async (target) => {
        const refusal = await refusalOf(within(DEADLINE_MS, 'refusal', send(target)))
        expect(refusal.status).toBe(502)
        expect(refusal.explanation).toContain(target.label)
      },
    )
  })

  it.each([
    ['no HTTP', 'hello world, how are you?\r\n\r\n', 'not HTTP'],
    ['a broken field', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'not HTTP'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      'not HTTP',
    ],
    ['33 KB of fields', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(33_000)}\r\n\r\n`, '32768 bytes'],
    ['101 unasked', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', '101'],
  ])('answers with %s: 502', async (_what, answer, explanation) => {
    await withAnswer(answer, async (target) => {
      const refusal = await refusalOf(within(DEADLINE_MS, 'refusal', send(target)))
      expect(refusal.status).toBe(502)
      expect(refusal.explanation).toContain(explanation)
    })
  })

  it('answers with 31 KB of fields: not at all', async () => {
    await withAnswer(
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(31_000)}\r\nContent-Length: 0\r\n\r\n`,
      async (target) => {
        expect((await send(target)).status).toBe(200)
      },
    )
  })

  it('says nothing for the idle timeout: 504', async () => {
    await withRawTarget(
      () => {},
      async (target) => {
        const refusal = await refusalOf(within(DEADLINE_MS, 'refusal', send(target)))
        expect(refusal.status).toBe(504)
        expect(refusal.explanation).toContain('idle timeout of 0.1 s')
      },
      0.1,
    )
  })

  it('falls silent within the body: the answer breaks off', async () => {
    await withRawTarget(
      (socket) => {
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))
      },
      async (target) => {
        const response = await send(target)
        await expect(within(DEADLINE_MS, 'end', bodyOf(response))).rejects.toThrow('idle timeout')
      },
      1,
    )
  })

  it('does not finish a TLS handshake within 10 seconds: 502', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const target = createInstanceTarget(`https://127.0.0.1:${port}`, { idleTimeoutSeconds: 60 })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const refusal = refusalOf(send(target))
      const [socket] = (await once(server, 'connection')) as [Socket]
      // The first bytes of the handshake: our own end is connected by now.
      await once(socket, 'data')
      vi.advanceTimersByTime(10_000)
      expect(await refusal).toMatchObject({
        status: 502,
        explanation: expect.stringContaining('TLS handshake'),
      })
      socket.destroy()
    } finally {
      vi.useRealTimers()
      await target.close()
      server.close()
    }
  })

  it('speaks HTTP where HTTPS is expected: 502', async () => {
    await withAnswer(OK, async (plain) => {
      const origin = plain.label.replace('http:', 'https:')
      const target = createInstanceTarget(origin, { idleTimeoutSeconds: 60 })
      const refusal = await refusalOf(within(DEADLINE_MS, 'refusal', send(target)))
      expect(refusal.status).toBe(502)
      expect(refusal.explanation).toContain('TLS handshake')
      await target.close()
    })
  })

  it('cannot be sent a field with a control character: 400, and the next request is fine', async () => {
    await withHttpTarget(
      (_req, res) => res.end('ok'),
      async (target) => {
        const headers = [
          ['Host', 'lb'],
          ['X-Bell', 'a\x07b'],
        ] as const
        expect((await refusalOf(send(target, { headers }))).status).toBe(400)
        expect(await textOf(await send(target))).toBe('ok')
      },
    )
  })
})

describe('a kept connection that the target has closed', () => {
  /** Answers the first request of each connection and resets it when a second one comes. */
  const oncePerConnection = (onRequest: (head: string) => void) => (socket: Socket) => {
    let count = 0
    socket.on('data', (bytes: Buffer) => {
      onRequest(bytes.toString('latin1'))
      count++
      if (count === 1) socket.write(OK)
      else socket.resetAndDestroy()
    })
  }

  it.each(['GET', 'HEAD', 'OPTIONS'])('is replaced for %s', async (method) => {
    const lines: string[] = []
    await withRawTarget(
      oncePerConnection((head) => lines.push(head.split('\r\n', 1).join())),
      async (target) => {
        await bodyOf(await send(target))
        const response = await within(DEADLINE_MS, 'answer', send(target, { method, target: '/2' }))
        expect(response.status).toBe(200)
        expect(lines).toEqual(['GET / HTTP/1.1', `${method} /2 HTTP/1.1`, `${method} /2 HTTP/1.1`])
      },
    )
  })

  it.each([
    ['POST', undefined],
    ['DELETE', undefined],
    ['GET', Buffer.from('body')],
  ])('is answered with 502 for %s, body %s, which says what to do', async (method, body) => {
    let count = 0
    await withRawTarget(
      oncePerConnection((head) => {
        if (!head.startsWith('body')) count++
      }),
      async (target) => {
        await bodyOf(await send(target))
        const parts = {
          method,
          headers: [
            ['Host', 'lb'],
            ['Content-Length', String(body?.length ?? 0)],
          ] as const,
        }
        const answer = send(target, { ...parts, ...(body && { body }) })
        const refusal = await refusalOf(within(DEADLINE_MS, 'refusal', answer))
        expect(refusal.status).toBe(502)
        expect(refusal.explanation).toContain('keepAliveTimeout')
        expect(count).toBe(2)
      },
    )
  })

  it('is not replaced when it was new, so a target that always resets is asked once', async () => {
    let connections = 0
    await withRawTarget(
      (socket) => {
        connections++
        socket.once('data', () => socket.resetAndDestroy())
      },
      async (target) => {
        expect((await refusalOf(send(target))).status).toBe(502)
        expect(connections).toBe(1)
      },
    )
  })
})

describe('when the client goes away', () => {
  it('before the answer, the request to the target is given up', async () => {
    const requests: IncomingMessage[] = []
    const controller = new AbortController()
    await withHttpTarget(
      (req) => {
        requests.push(req)
        controller.abort()
      },
      async (target) => {
        const answer = send(target, { signal: controller.signal })
        const refusal = await refusalOf(within(DEADLINE_MS, 'refusal', answer))
        expect(refusal.status).toBe(460)
        const [req] = requests
        if (req && !req.socket.destroyed)
          await within(DEADLINE_MS, 'close', once(req.socket, 'close'))
      },
    )
    expect(requests).toHaveLength(1)
  })

  it('within the answer, the target notices', async () => {
    const controller = new AbortController()
    let closed: Promise<unknown> = Promise.reject(new Error('No request came'))
    closed.catch(() => {})
    await withHttpTarget(
      (_req, res) => {
        closed = once(res, 'close')
        res.write('first')
      },
      async (target) => {
        const response = await send(target, { signal: controller.signal })
        controller.abort()
        await expect(within(DEADLINE_MS, 'end', bodyOf(response))).rejects.toThrow()
        await within(DEADLINE_MS, 'close at the target', closed)
      },
    )
  })

  it('before anything was sent, nothing is', async () => {
    let count = 0
    await withHttpTarget(
      (_req, res) => {
        count++
        res.end()
      },
      async (target) => {
        const refusal = await refusalOf(send(target, { signal: AbortSignal.abort() }))
        expect(refusal.status).toBe(460)
        await send(target)
        expect(count).toBe(1)
      },
    )
  })

  it.each([
    ['with an error', (body: PassThrough) => body.destroy(new Error('gone'))],
    ['without one', (body: PassThrough) => body.destroy()],
  ])('within the body, %s, the target sees it broken off', async (_how, end) => {
    const body = new PassThrough()
    const outcomes: string[] = []
    await withHttpTarget(
      (req) => {
        req.on('data', () => end(body))
        req.on('end', () => outcomes.push('end'))
        req.on('error', () => outcomes.push('error'))
      },
      async (target) => {
        body.write('half')
        const answer = send(target, { method: 'POST', body, hasBody: true })
        const refusal = await refusalOf(within(DEADLINE_MS, 'refusal', answer))
        expect(refusal.status).toBe(400)
        await vi.waitFor(() => {
          expect(outcomes).toEqual(['error'])
        })
      },
    )
  })
})

describe('a body of another length than declared', () => {
  it.each([
    ['longer', 'hello world'],
    ['shorter', 'hi'],
  ])('(%s) never reaches into the next request', async (_what, text) => {
    await withHttpTarget(
      (req, res) => {
        req.resume().on('end', () => res.end(`${req.method} ${req.url}`))
      },
      async (target) => {
        const headers = [
          ['Host', 'lb'],
          ['Content-Length', '5'],
        ] as const
        const odd = send(target, { method: 'POST', headers, body: Buffer.from(text) })
        // It may have been answered before the body was found to be wrong.
        await odd.catch(() => {})
        expect(await textOf(await send(target, { target: '/next' }))).toBe('GET /next')
      },
    )
  })
})

describe('a target that answers before it has read the body', () => {
  it('is heard, and the rest of the body is let go', async () => {
    const body = new Readable({
      read() {
        this.push(Buffer.alloc(65_536))
      },
    })
    await withRawTarget(
      (socket) => {
        socket.once('data', () => {
          socket.pause()
          socket.write(
            'HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig',
          )
        })
      },
      async (target) => {
        const response = await send(target, { method: 'POST', body, hasBody: true })
        expect(response.status).toBe(413)
        expect(await textOf(response)).toBe('big')
        await within(DEADLINE_MS, 'end of the body', once(body, 'close'))
      },
    )
  })
})

describe('closing a target', () => {
  it('ends what is under way and may be done twice', async () => {
    await withRawTarget(
      (socket) => {
        socket.resume()
      },
      async (target) => {
        const answer = send(target)
        const refusal = refusalOf(within(DEADLINE_MS, 'refusal', answer))
        await nextTurn()
        await target.close()
        await target.close()
        expect((await refusal).status).toBe(502)
      },
    )
  })
})
