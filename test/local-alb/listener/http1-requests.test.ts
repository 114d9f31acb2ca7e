import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { exchange, RawClient, statusesIn } from './raw-client.js'
import { answer, Gate, startListener } from './start-listener.js'
import type { HttpRequest } from '../../../packages/local-alb/src/message.js'

const fields = 'Host: a\r\n'
const last = `${fields}Connection: close\r\n`

describe('HTTP/1.x requests', () => {
  it('come with all that was sent', async () => {
    const { port, requests } = await startListener()
    const head =
      'PURGE /a%2Fb?c=d&c HTTP/1.1\r\nHOST: x\r\nx-A: 1\r\nX-a: caf\xC3\xA9\r\nConnection: close\r\n\r\n'
    const client = await RawClient.connect(port)
    await client.send(head).end()
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({
      method: 'PURGE',
      target: '/a%2Fb?c=d&c',
      version: '1.1',
      headers: [
        ['HOST', 'x'],
        ['x-A', '1'],
        ['X-a', 'caf\xC3\xA9'],
        ['Connection', 'close'],
      ],
      hasBody: false,
      headBytes: head.length,
    })
    expect(requests[0]).not.toHaveProperty('refusal')
    expect(requests[0]).not.toHaveProperty('classification')
    expect(requests[0]).not.toHaveProperty('upgrade')
    expect(requests[0]?.connection).toEqual({
      client: { address: '127.0.0.1', port: client.socket.localPort },
      local: { address: '127.0.0.1', port },
      protocol: 'http',
    })
  })

  it('are answered in order, one after the other, when sent ahead', async () => {
    const gates: Gate[] = []
    const { port, requests, requestCount } = await startListener(async ({ target }) => {
      const gate = new Gate()
      gates.push(gate)
      await gate.passed
      return answer(200, Buffer.from(target))
    })
    const client = await RawClient.connect(port)
    client.send(
      `GET /1 HTTP/1.1\r\n${fields}\r\nPOST /2 HTTP/1.1\r\n${fields}Content-Length: 2\r\n\r\nab` +
        `\r\nGET /3 HTTP/1.1\r\n${last}\r\n`,
    )
    for (const count of [1, 2, 3]) {
      await requestCount(count)
      expect(requests).toHaveLength(count)
      gates[count - 1]?.open()
    }
    const received = await client.end()
    expect(received.match(/\/\d$|\/\d(?=HTTP)/g)).toEqual(['/1', '/2', '/3'])
  })

  it('use the connection again and again', async () => {
    const { port, outcomes } = await startListener()
    const client = await RawClient.connect(port)
    for (const count of [1, 2, 3]) {
      client.send(`GET /${count} HTTP/1.1\r\n${fields}\r\n`)
      await client.until(`GET /${count} `)
    }
    expect(statusesIn(client.received)).toEqual([200, 200, 200])
    expect(client.received.match(/Connection: keep-alive/g)).toHaveLength(3)
    expect(outcomes).toHaveLength(3)
  })

  it.each([
    ['HTTP/1.0', '', 'close'],
    ['HTTP/1.0', 'Connection: keep-alive\r\n', 'keep-alive'],
    ['HTTP/1.1', 'Connection: close\r\n', 'close'],
    ['HTTP/1.1', 'Connection: a, Close\r\n', 'close'],
    ['HTTP/1.1', 'Connection: disclose\r\n', 'keep-alive'],
  ])('over %s with %j end with %s', async (version, field, connection) => {
    const { port } = await startListener()
    const client = await RawClient.connect(port)
    client.send(`GET / ${version}\r\n${fields}${field}\r\n`)
    const received = connection === 'close' ? await client.end() : await client.until('GET /')
    expect(received).toMatch(
      new RegExp(`^HTTP/1.1 200 Any\r\n.*Connection: ${connection}\r\n`, 's'),
    )
  })

  it.each([
    ['a length', 'Content-Length: 5\r\n\r\nhello'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nT: v\r\n\r\n'],
    ['lengths that agree', 'Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello'],
  ])('have a body with %s', async (_what, rest) => {
    const { port, requests } = await startListener()
    expect(await exchange(port, `POST / HTTP/1.1\r\n${last}${rest}`)).toContain('POST / hello')
    expect(requests[0]?.hasBody).toBe(true)
  })

  it.each([
    ['a length of 0', 'Content-Length: 0\r\n\r\n', true],
    ['a last chunk only', 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n', true],
    ['nothing', '\r\n', false],
  ])('with %s have an empty body', async (_what, rest, hasBody) => {
    const { port, requests } = await startListener()
    expect(await exchange(port, `POST / HTTP/1.1\r\n${last}${rest}`)).toMatch(/POST \/ $/)
    expect(requests[0]?.hasBody).toBe(hasBody)
  })

  it('may be read bit by bit, as they come', async () => {
    const parts: string[] = []
    const { port } = await startListener(async ({ body }) => {
      for await (const part of body) {
        parts.push(String(part))
        client.send(parts.length === 1 ? 'two' : '')
      }
      return answer(200, Buffer.from('done'))
    })
    const client = await RawClient.connect(port)
    client.send(`POST / HTTP/1.1\r\n${last}Content-Length: 6\r\n\r\none`)
    await client.end()
    expect(parts).toEqual(['one', 'two'])
  })

  it('may be larger than any buffer', async () => {
    const size = 5_000_000
    const { port } = await startListener(async ({ body }) => {
      const bytes = await buffer(body)
      return answer(200, Buffer.from(`${bytes.length} ${bytes.every((byte) => byte === 0x78)}`))
    })
    const request = `POST / HTTP/1.1\r\n${last}Content-Length: ${size}\r\n\r\n${'x'.repeat(size)}`
    expect(await exchange(port, request)).toContain(`${size} true`)
  })

  it('hold a client back whose body nobody reads', async () => {
    const { port, requestCount } = await startListener(async (request) => {
      if (request.target === '/1') await once(request.signal, 'abort')
      return answer(200, Buffer.from(request.target))
    })
    const size = 30_000_000
    const client = await RawClient.connect(port)
    client.send(`POST /1 HTTP/1.1\r\n${fields}Content-Length: ${size}\r\n\r\n`)
    client.socket.write(Buffer.alloc(size))
    const { body } = await requestCount(1)
    await vi.waitFor(() => expect(body.readableLength).toBeGreaterThan(0))
    // Time in which the rest would come, if it was let in.
    for (let count = 0; count < 20; count++) await exchange(port, `GET /2 HTTP/1.1\r\n${last}\r\n`)
    expect(body.readableLength).toBeLessThan(300_000)
  })

  it('let the next one pass when nobody reads their body', async () => {
    const { port } = await startListener(({ target }) =>
      Promise.resolve(answer(200, Buffer.from(target))),
    )
    const size = 900_000
    const received = await exchange(
      port,
      `POST /1 HTTP/1.1\r\n${fields}Content-Length: ${size}\r\n\r\n${'x'.repeat(size)}` +
        `GET /2 HTTP/1.1\r\n${last}\r\n`,
    )
    expect(statusesIn(received)).toEqual([200, 200])
  })

  it('end the connection when the unread rest of a body is long', async () => {
    const { port, requests } = await startListener(({ body }) => {
      body.destroy()
      return Promise.resolve(answer(413, Buffer.from('too long')))
    })
    const client = await RawClient.connect(port)
    client.send(`POST /1 HTTP/1.1\r\n${fields}Content-Length: 50000000\r\n\r\nxxx`)
    const received = await client.send(`GET /2 HTTP/1.1\r\n${fields}\r\n`).end()
    expect(statusesIn(received)).toEqual([413])
    expect(received).toContain('Connection: close')
    expect(requests).toHaveLength(1)
  })

  it('end the connection when chunks that nobody wants do not end', async () => {
    const { port } = await startListener(() => Promise.resolve(answer(200, undefined)))
    const client = await RawClient.connect(port)
    client.send(`POST /1 HTTP/1.1\r\n${fields}Transfer-Encoding: chunked\r\n\r\n`)
    await client.until('HTTP/1.1 200')
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    for (let sent = 0; sent < 20; sent++) client.send(chunk)
    await client.end()
  })

  it('may be answered before their body is there, which is then thrown away', async () => {
    const { port } = await startListener(({ target }) =>
      Promise.resolve(answer(200, Buffer.from(target))),
    )
    const client = await RawClient.connect(port)
    client.send(`POST /1 HTTP/1.1\r\n${fields}Content-Length: 30\r\n\r\n`)
    await client.until('/1')
    client.send(
      `GET /smuggled HTTP/1.1\r\nHost:${'x'.repeat(30 - 'GET /smuggled HTTP/1.1\r\nHost:'.length)}`,
    )
    client.send(`GET /2 HTTP/1.1\r\n${last}\r\n`)
    expect((await client.end()).match(/\/\w+$/gm)).toEqual(['/2'])
  })

  describe('Expect: 100-continue', () => {
    it('gets 100 at once, then the answer to the whole', async () => {
      const { port } = await startListener()
      const client = await RawClient.connect(port)
      client.send(`POST / HTTP/1.1\r\n${last}Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n`)
      expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
      expect(await client.send('ab').end()).toMatch(/^HTTP\/1.1 100 .*HTTP\/1.1 200 .*POST \/ ab$/s)
    })

    it.each([
      ['without a body', `POST / HTTP/1.1\r\n${last}Expect: 100-continue\r\n\r\n`],
      ['over HTTP/1.0', `POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab`],
      ['with something else', `POST / HTTP/1.1\r\n${last}Expect: a\r\nContent-Length: 2\r\n\r\nab`],
    ])('means nothing %s', async (_what, request) => {
      const { port } = await startListener()
      expect(statusesIn(await exchange(port, request))).toEqual([200])
    })
  })

  describe('upgrade', () => {
    const upgrade = 'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n'

    it('hands over the connection, with what came after the head', async () => {
      const echo = async (request: HttpRequest): Promise<ReturnType<typeof answer>> => {
        const socket = request.upgrade?.()
        if (socket === undefined) return answer(500, undefined)
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
        for await (const bytes of socket) socket.write(`<${String(bytes)}>`)
        socket.end()
        return answer(101, undefined)
      }
      const { port, outcomeCount, requests } = await startListener(echo)
      const client = await RawClient.connect(port)
      client.send(`GET / HTTP/1.1\r\n${fields}${upgrade}\r\nfirst`)
      await client.until('<first>')
      client.send('GET / HTTP/1.1\r\n\r\n')
      await client.until('<GET / HTTP/1.1\r\n\r\n>')
      client.socket.end()
      const received = await client.end()
      await expect(outcomeCount(1)).resolves.toMatchObject({
        sentBytes: received.length,
        abandoned: false,
      })
      expect(requests).toHaveLength(1)
    })

    it('is there to be ignored', async () => {
      const { port } = await startListener()
      const first = `GET / HTTP/1.1\r\n${fields}Upgrade: h2c\r\nConnection: upgrade\r\n\r\n`
      expect(statusesIn(await exchange(port, `${first}GET / HTTP/1.1\r\n${last}\r\n`))).toEqual([
        200, 200,
      ])
    })

    it.each([
      ['without Connection: upgrade', `GET / HTTP/1.1\r\n${last}Upgrade: websocket\r\n\r\n`],
      ['over HTTP/1.0', `GET / HTTP/1.0\r\n${upgrade}\r\n`],
      ['when refused', `TRACE / HTTP/1.1\r\n${fields}${upgrade}\r\n`],
    ])('is not offered %s', async (_what, request) => {
      const { port, requestCount } = await startListener()
      const client = await RawClient.connect(port)
      client.send(request)
      expect(await requestCount(1)).not.toHaveProperty('upgrade')
    })

    it('cannot be had after the answer', async () => {
      const { port, requests } = await startListener()
      const client = await RawClient.connect(port)
      await client.send(`GET /1 HTTP/1.1\r\n${fields}${upgrade}\r\n`).until('GET /1')
      client.send(`GET /2 HTTP/1.1\r\n${fields}${upgrade}\r\n`)
      await client.until('GET /2')
      expect(() => requests[0]?.upgrade?.()).toThrow('has been answered')
    })
  })

  it('do not keep the process from reading on when a body is destroyed at once', async () => {
    const { port } = await startListener(async ({ body, target }) => {
      body.destroy()
      await once(body, 'close')
      return answer(200, Buffer.from(target))
    })
    const request = `POST /1 HTTP/1.1\r\n${fields}Content-Length: 200000\r\n\r\n${'x'.repeat(200_000)}`
    const received = await exchange(port, `${request}GET /2 HTTP/1.1\r\n${last}\r\n`)
    expect(statusesIn(received)).toEqual([200, 200])
  })

  it('are spread as any object is, but for body and signal', async () => {
    const { port, requests } = await startListener(async (request) =>
      answer(200, Buffer.from(await text(request.body))),
    )
    await exchange(port, `POST / HTTP/1.1\r\n${last}Content-Length: 1\r\n\r\na`)
    expect({ ...requests[0] }).toMatchObject({ method: 'POST', target: '/', hasBody: true })
  })
})
