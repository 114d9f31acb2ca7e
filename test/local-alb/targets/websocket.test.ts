import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../../packages/local-alb/src/message.js'
import { createInstanceTarget } from '../../../packages/local-alb/src/targets/instance-target.js'
import type { Target } from '../../../packages/local-alb/src/targets/target.js'
import { within } from '../../helpers/deadline.js'
import { refusalOf, send, textOf, withHttpTarget } from './servers.js'

const DEADLINE_MS = 8000
const UPGRADE = [
  ['Host', 'lb'],
  ['Connection', 'keep-alive, Upgrade'],
  ['Upgrade', 'WebSocket'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
] as const
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Own: 1\r\n\r\n'

interface Pair {
  /** The client's end. */
  readonly client: Socket
  /** The same connection at the load balancer. */
  readonly accepted: Socket
}

/** A real connection of a client to the load balancer. */
async function withConnection<Result>(work: (pair: Pair) => Promise<Result>): Promise<Result> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => {})
  const [accepted] = (await once(server, 'connection')) as [Socket]
  try {
    return await work({ client, accepted })
  } finally {
    client.destroy()
    accepted.destroy()
    server.close()
  }
}

async function withUpgradable<Result>(
  onUpgrade: (socket: Duplex, req: IncomingMessage, head: Buffer) => void,
  work: (target: Target, pair: Pair) => Promise<Result>,
  idleTimeoutSeconds = 60,
): Promise<Result> {
  const server: Server = createServer().on('upgrade', (req, socket: Duplex, head) => {
    socket.on('error', () => {})
    onUpgrade(socket, req, head)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const target = createInstanceTarget(`http://127.0.0.1:${port}`, { idleTimeoutSeconds })
  try {
    return await withConnection((pair) => work(target, pair))
  } finally {
    await target.close()
    server.close()
  }
}

function upgrade(target: Target, { accepted }: Pair): Promise<HttpResponse> {
  return within(DEADLINE_MS, 'answer', send(target, { headers: UPGRADE, upgrade: () => accepted }))
}

/** Reads until the text has come. */
async function readUntil(socket: Socket, end: string): Promise<string> {
  let text = ''
  const whole = new Promise<string>((resolve) => {
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      if (text.endsWith(end)) resolve(text)
    })
  })
  return within(DEADLINE_MS, `${JSON.stringify(end)} after ${JSON.stringify(text)}`, whole)
}

describe('a WebSocket to an instance target', () => {
  it('is opened with the answer of the target and carries bytes both ways', async () => {
    let seen: IncomingMessage['headers'] = {}
    await withUpgradable(
      (socket, req) => {
        seen = req.headers
        socket.write(`${SWITCHING}early`)
        socket.on('data', (bytes: Buffer) => socket.write(`echo ${bytes.toString()}`))
      },
      async (target, pair) => {
        const early = readUntil(pair.client, 'early')
        const response = await upgrade(target, pair)
        expect([response.status, response.body]).toEqual([101, undefined])
        expect(response.headers).toContainEqual(['X-Own', '1'])
        expect(await early).toBe(`${SWITCHING}early`)
        pair.client.write('hello')
        expect(await readUntil(pair.client, 'echo hello')).toBe('echo hello')
        expect(seen).toMatchObject({
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'x-forwarded-for': '203.0.113.7',
        })
      },
    )
  })

  it.each([
    ['the client', (pair: Pair) => pair.client.destroy()],
    ['the target', (_pair: Pair, server: Duplex) => server.end()],
  ])('ends at both ends when %s ends it', async (_who, end) => {
    const sockets: Duplex[] = []
    await withUpgradable(
      (socket) => {
        sockets.push(socket)
        socket.resume().write(SWITCHING)
      },
      async (target, pair) => {
        await upgrade(target, pair)
        const [server] = sockets
        if (!server) throw new Error('The target saw no upgrade')
        // A server's connections may be half open: it sees that no more will come, and closes its half itself.
        const ends = [once(server, 'end').catch(() => {}), once(pair.client.resume(), 'close')]
        end(pair, server)
        await within(DEADLINE_MS, 'end of both', Promise.all(ends))
      },
    )
  })

  it('ends when it is silent for the idle timeout', async () => {
    await withUpgradable(
      (socket) => socket.resume().write(SWITCHING),
      async (target, pair) => {
        await upgrade(target, pair)
        await within(DEADLINE_MS, 'end', once(pair.client.resume(), 'close'))
      },
      1,
    )
  })

  it('ends when the target is closed', async () => {
    await withUpgradable(
      (socket) => socket.resume().write(SWITCHING),
      async (target, pair) => {
        await upgrade(target, pair)
        const closed = once(pair.client.resume(), 'close')
        await target.close()
        await within(DEADLINE_MS, 'end', closed)
      },
    )
  })

  it('is not opened when the target says no: its answer is an answer like others', async () => {
    await withUpgradable(
      (socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
      async (target, pair) => {
        const response = await upgrade(target, pair)
        expect(response.status).toBe(403)
        expect(await textOf(response)).toBe('no')
        expect(pair.accepted.bytesWritten).toBe(0)
      },
    )
  })

  it('that the client left meanwhile takes nothing down', async () => {
    await withUpgradable(
      (socket) => socket.write(SWITCHING),
      async (target) => {
        const gone = (): Duplex => {
          throw new Error('The request is over')
        }
        const answer = send(target, { headers: UPGRADE, upgrade: gone })
        expect((await refusalOf(within(DEADLINE_MS, 'refusal', answer))).status).toBe(460)
      },
    )
  })

  it('is not asked for on a connection that cannot become one', async () => {
    await withHttpTarget(
      (req, res) => res.end(String(req.headers.upgrade)),
      async (target) => {
        expect(await textOf(await send(target, { headers: UPGRADE }))).toBe('undefined')
      },
    )
  })
})
