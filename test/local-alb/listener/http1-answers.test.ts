import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import type { HttpResponse } from '../../../packages/local-alb/src/message.js'
import { exchange, RawClient, statusesIn } from './raw-client.js'
import { answer, startListener } from './start-listener.js'
import type { Running } from './start-listener.js'

const last = 'Host: a\r\nConnection: close\r\n\r\n'
const kept = 'Host: a\r\n\r\n'

const startWith = (make: () => HttpResponse): Promise<Running> =>
  startListener(() => Promise.resolve(make()))

/** What comes after the head. */
const bodyOf = (received: string): string => received.slice(received.indexOf('\r\n\r\n') + 4)

describe('HTTP/1.x answers', () => {
  it('are sent byte for byte, and counted', async () => {
    const { port, outcomeCount } = await startWith(() =>
      answer(299, Buffer.from('caf\xE9', 'latin1'), {
        reason: 'All Good',
        headers: [
          ['Server', 's'],
          ['X-b', '1'],
          ['x-A', 'caf\xC3\xA9'],
        ],
      }),
    )
    const received = await exchange(port, `GET / HTTP/1.1\r\n${last}`)
    expect(received).toBe(
      'HTTP/1.1 299 All Good\r\nServer: s\r\nContent-Length: 4\r\nConnection: close\r\n' +
        'X-b: 1\r\nx-A: caf\xC3\xA9\r\n\r\ncaf\xE9',
    )
    await expect(outcomeCount(1)).resolves.toMatchObject({ sentBytes: received.length })
  })

  it('may be large', async () => {
    const body = Buffer.alloc(3_000_000, 'abc')
    const { port, outcomeCount } = await startWith(() => answer(200, body))
    const received = await exchange(port, `GET / HTTP/1.1\r\n${last}`)
    expect(bodyOf(received) === body.toString('latin1')).toBe(true)
    await expect(outcomeCount(1)).resolves.toMatchObject({ sentBytes: received.length })
  })

  it.each([
    ['HEAD', 200, Buffer.from('abc')],
    ['HEAD', 200, 'stream'],
    ['GET', 204, Buffer.from('abc')],
    ['GET', 304, 'stream'],
    ['GET', 304, undefined],
  ] as const)('to %s with %i have no body', async (method, status, body) => {
    const streams: Readable[] = []
    const { port } = await startWith(() => {
      if (body !== 'stream') return answer(status, body)
      const stream = Readable.from(['abc'])
      streams.push(stream)
      return answer(status, stream)
    })
    const client = await RawClient.connect(port)
    client.send(`${method} / HTTP/1.1\r\n${kept}${method} / HTTP/1.1\r\n${last}`)
    const received = await client.end()
    expect(statusesIn(received)).toEqual([status, status])
    expect(received).not.toContain('abc')
    expect(streams.every((stream) => stream.destroyed)).toBe(true)
  })

  it('close the connection when told', async () => {
    const { port } = await startWith(() => answer(200, undefined, { close: true }))
    expect(await exchange(port, `GET / HTTP/1.1\r\n${kept}`)).toBe(
      'HTTP/1.1 200 Any\r\nConnection: close\r\n\r\n',
    )
  })

  describe('from a stream', () => {
    it('go out in chunks as they come', async () => {
      const stream = new PassThrough()
      const { port, outcomeCount } = await startWith(() => answer(200, stream))
      const client = await RawClient.connect(port)
      client.send(`GET / HTTP/1.1\r\n${last}`)
      await client.until('\r\n\r\n')
      stream.write('hello')
      await client.until('5\r\nhello\r\n')
      stream.end('x'.repeat(30))
      const received = await client.end()
      expect(received).toContain('Transfer-Encoding: chunked\r\n')
      expect(bodyOf(received)).toBe(`5\r\nhello\r\n1e\r\n${'x'.repeat(30)}\r\n0\r\n\r\n`)
      await expect(outcomeCount(1)).resolves.toEqual(
        expect.objectContaining({ sentBytes: received.length, abandoned: false }),
      )
    })

    it('go to HTTP/1.0 until the end of the connection', async () => {
      const { port } = await startWith(() => answer(200, Readable.from(['he', 'llo'])))
      const received = await exchange(port, 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
      expect(received).toBe('HTTP/1.1 200 Any\r\nConnection: close\r\n\r\nhello')
    })

    it('have the length that the fields declare', async () => {
      const { port } = await startWith(() =>
        answer(200, Readable.from(['he', 'llo']), { headers: [['content-length', '5']] }),
      )
      const received = await exchange(port, `GET / HTTP/1.1\r\n${kept}GET / HTTP/1.1\r\n${last}`)
      expect(received.match(/Content-Length: 5\r\nConnection: [\w-]+\r\n\r\nhello/g)).toHaveLength(
        2,
      )
    })

    it.each([
      ['too little', 'hell', 'hell'],
      ['too much', 'hello!', 'hello'],
    ])('cut the connection when %s comes', async (_what, sent, seen) => {
      const { port, outcomeCount } = await startWith(() =>
        answer(200, Readable.from([sent]), { headers: [['content-length', '5']] }),
      )
      const received = await exchange(port, `GET / HTTP/1.1\r\n${kept}`)
      expect(bodyOf(received)).toBe(seen)
      await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: false })
    })

    it('cut the connection when the stream fails, so that nobody takes it for the whole', async () => {
      const stream = new PassThrough()
      const { port, outcomeCount } = await startWith(() => answer(200, stream))
      const client = await RawClient.connect(port)
      client.send(`GET / HTTP/1.1\r\n${kept}`)
      stream.write('hello')
      await client.until('hello')
      stream.destroy(new Error('target gone'))
      expect(bodyOf(await client.end())).toBe('5\r\nhello\r\n')
      await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: false })
    })

    it.each([
      [
        'over',
        async (stream: PassThrough): Promise<unknown> => once(stream.end().resume(), 'end'),
        '0\r\n\r\n',
      ],
      [
        'destroyed',
        async (stream: PassThrough): Promise<unknown> => once(stream.destroy(), 'close'),
        '',
      ],
    ])('may be %s before they begin', async (_what, prepare, body) => {
      const stream = new PassThrough()
      await prepare(stream)
      const { port } = await startWith(() => answer(200, stream))
      expect(bodyOf(await exchange(port, `GET / HTTP/1.1\r\n${last}`))).toBe(body)
    })

    it('go no faster than the client reads', async () => {
      let isOver = false
      const stream = new Readable({
        read() {
          this.push(isOver ? null : Buffer.alloc(65_536))
        },
      })
      const { port, outcomeCount } = await startWith(() => answer(200, stream))
      const client = await RawClient.connect(port)
      let received = 0
      client.socket.removeAllListeners('data').on('data', (bytes: Buffer) => {
        received += bytes.length
      })
      client.socket.pause()
      client.send(`GET / HTTP/1.1\r\n${last}`)
      // The system's buffers take some megabytes; without back-pressure it would never come to this.
      await vi.waitFor(() => expect(stream.isPaused()).toBe(true), 8000)
      isOver = true
      client.socket.resume()
      await once(client.socket, 'end')
      await expect(outcomeCount(1)).resolves.toMatchObject({
        sentBytes: received,
        abandoned: false,
      })
    })
  })

  describe('of a handler that fails', () => {
    it.each([
      ['rejects', () => Promise.reject(new Error('no'))],
      [
        'throws',
        () => {
          throw new Error('no')
        },
      ],
      [
        'answers with what has no form',
        () => Promise.resolve(answer(200, undefined, { headers: [['A', 'b\r\nC: d']] })),
      ],
    ])('are a bare 500 when it %s', async (_what, handler) => {
      const { port, outcomeCount } = await startListener(handler)
      const received = await exchange(port, `GET / HTTP/1.1\r\n${kept}`)
      expect(received).toBe(
        'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
      )
      await expect(outcomeCount(1)).resolves.toMatchObject({ sentBytes: received.length })
    })

    it('free the stream that is not sent', async () => {
      const stream = new PassThrough()
      const { port } = await startWith(() => answer(200, stream, { reason: 'A\nB' }))
      await exchange(port, `GET / HTTP/1.1\r\n${kept}`)
      expect(stream.destroyed).toBe(true)
    })
  })
})
