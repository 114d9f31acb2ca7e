import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import http2 from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import net from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeAllConnections } from '../../../packages/local-alb/src/listener/listener.js'
import { createCertificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import type { Certificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import type { RefusedError } from '../../../packages/local-alb/src/message.js'
import { RawClient, statusesIn } from './raw-client.js'
import { answer, Gate, startListener } from './start-listener.js'
import type { Running, StartOptions } from './start-listener.js'
import type { RequestHandler } from '../../../packages/local-alb/src/listener/listener.js'

let tls: Certificate

beforeAll(async () => {
  tls = await createCertificate(['alb.test', '192.0.2.1'])
})

const start = (handler?: RequestHandler, options: StartOptions = {}): Promise<Running> =>
  startListener(handler, { tls, ...options })

async function connect(port: number): Promise<ClientHttp2Session> {
  const session = http2.connect(`https://localhost:${port}`, {
    ca: tls.cert,
    maxSendHeaderBlockLength: 262_144,
    lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  })
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  await once(session, 'connect')
  return session
}

interface Answer {
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn. */
  readonly raw: string[]
  readonly body: string
}

async function read(stream: ClientHttp2Stream): Promise<Answer> {
  let body = ''
  stream.on('data', (bytes: Buffer) => {
    body += bytes.toString('latin1')
  })
  const [[headers, , raw]] = await Promise.all([once(stream, 'response'), once(stream, 'end')])
  return { headers, raw, body }
}

describe('createCertificate', () => {
  it('is for localhost, both loopback addresses and what is given', () => {
    const certificate = new X509Certificate(tls.cert)
    expect(certificate.subjectAltName?.split(', ').toSorted()).toEqual([
      'DNS:alb.test',
      'DNS:localhost',
      'IP Address:0:0:0:0:0:0:0:1',
      'IP Address:127.0.0.1',
      'IP Address:192.0.2.1',
    ])
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(364)
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now() - 3_600_000)
  })
})

describe('HTTP/1.1 over TLS', () => {
  it.each([[['http/1.1']], [[]]])('is spoken with a client that offers %j', async (protocols) => {
    const { port, requests } = await start()
    const client = await RawClient.connectTls(port, protocols)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab')
    expect(await client.end()).toMatch(/^HTTP\/1.1 200 .*POST \/ ab$/s)
    const { connection } = requests[0] ?? {}
    const socket = client.socket as TLSSocket
    expect(connection).toMatchObject({
      protocol: 'https',
      tls: {
        version: socket.getProtocol(),
        cipher: socket.getCipher().name,
        serverName: 'localhost',
      },
    })
  })

  it('is answered in pieces and closes like plain HTTP', async () => {
    const { port } = await start(() => Promise.resolve(answer(200, Readable.from(['a', 'b']))))
    const client = await RawClient.connectTls(port)
    client.send(
      'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    )
    expect(statusesIn(await client.end())).toEqual([200, 200])
  })

  it('outlives clients that do not speak TLS, or leave in the middle', async () => {
    const { port } = await start()
    const plain = await RawClient.connect(port)
    await plain.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n').end()
    const gone = net.connect(port, '127.0.0.1')
    await once(gone, 'connect')
    gone.resetAndDestroy()
    const client = await RawClient.connectTls(port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(statusesIn(await client.end())).toEqual([200])
  })

  it('ends connections in the middle of their handshake with closeAllConnections()', async () => {
    const { port, server } = await start()
    const client = await RawClient.connect(port)
    await vi.waitFor(async () => {
      expect(await promisify(server.getConnections.bind(server))()).toBe(1)
    })
    closeAllConnections(server)
    await client.end()
  })
})

describe('HTTP/2', () => {
  it('gives requests with their fields apart and in order, names in lower case', async () => {
    const { port, requests } = await start()
    const session = await connect(port)
    const stream = session.request({
      ':path': '/a?b=c',
      'x-b': ['1', '2'],
      cookie: ['a=1', 'b=2'],
      'X-A': 'caf\xC3\xA9',
    })
    stream.end()
    expect((await read(stream)).body).toBe('GET /a?b=c ')
    expect(requests[0]).toMatchObject({
      method: 'GET',
      target: '/a?b=c',
      version: '2.0',
      authority: `localhost:${port}`,
      headers: [
        ['x-b', '1'],
        ['x-b', '2'],
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
        ['x-a', 'caf\xC3\xA9'],
      ],
      hasBody: false,
      connection: { protocol: 'https', tls: { serverName: 'localhost' } },
    })
    expect(requests[0]?.headBytes).toBeGreaterThan(60)
  })

  it('gives the answer, with fields of HTTP/1.1 left out and the length in its place', async () => {
    const { port, outcomeCount } = await start(() =>
      Promise.resolve(
        answer(299, Buffer.from('caf\xE9', 'latin1'), {
          headers: [
            ['Server', 's'],
            ['Content-Type', 'text/html'],
            ['X-B', '1'],
            ['Set-Cookie', 'a'],
            ['Connection', 'close'],
            ['Keep-Alive', '5'],
            ['Transfer-Encoding', 'chunked'],
            ['set-cookie', 'b'],
            ['X-A', 'caf\xC3\xA9'],
            ['Content-Type', 'text/plain'],
          ],
        }),
      ),
    )
    const { raw, body } = await read((await connect(port)).request())
    expect(body).toBe('caf\xE9')
    expect(raw).toEqual(
      [
        [':status', '299'],
        ['server', 's'],
        ['content-type', 'text/plain'],
        ['content-length', '4'],
        ['x-b', '1'],
        ['set-cookie', 'a'],
        ['set-cookie', 'b'],
        ['x-a', 'caf\xC3\xA9'],
      ].flat(),
    )
    const { sentBytes, abandoned } = await outcomeCount(1)
    expect(abandoned).toBe(false)
    expect(sentBytes).toBeGreaterThan(30)
  })

  it('takes bodies of any size', async () => {
    const { port, requests } = await start(async ({ body }) => answer(200, await buffer(body)))
    const body = Buffer.alloc(2_000_000, 'abc')
    const stream = (await connect(port)).request({ ':method': 'POST' })
    stream.end(body)
    expect((await read(stream)).body === body.toString('latin1')).toBe(true)
    expect(requests[0]?.hasBody).toBe(true)
  })

  it.each([
    ['HEAD', 200, 'abc', '3'],
    ['GET', 204, 'abc', undefined],
    ['GET', 304, 'abc', undefined],
  ])('answers %s with %i without a body', async (method, status, body, length) => {
    const { port } = await start(() => Promise.resolve(answer(status, Buffer.from(body))))
    const received = await read((await connect(port)).request({ ':method': method }))
    expect(received.headers).toMatchObject({ ':status': status })
    expect(received.headers['content-length']).toBe(length)
    expect(received.body).toBe('')
  })

  it('streams answers, no faster than the client reads', async () => {
    let isOver = false
    const stream = new Readable({
      read() {
        this.push(isOver ? null : Buffer.alloc(65_536))
      },
    })
    const { port, outcomeCount } = await start(() => Promise.resolve(answer(200, stream)))
    const request = (await connect(port)).request()
    await once(request, 'response')
    await vi.waitFor(() => expect(stream.isPaused()).toBe(true), 8000)
    isOver = true
    const received = await buffer(request)
    await expect(outcomeCount(1)).resolves.toMatchObject({
      sentBytes: received.length,
      abandoned: false,
    })
  })

  it.each([
    ['fails', (stream: PassThrough) => stream.destroy(new Error('gone')), undefined],
    ['is shorter than declared', (stream: PassThrough) => stream.end(), '9'],
    ['is longer than declared', (stream: PassThrough) => stream.end('more'), '6'],
  ])('resets an answer whose stream %s', async (_what, end, length) => {
    const stream = new PassThrough()
    const { port, outcomeCount } = await start(() =>
      Promise.resolve(
        answer(200, stream, { headers: length === undefined ? [] : [['Content-Length', length]] }),
      ),
    )
    const request = (await connect(port)).request()
    request.on('error', () => {})
    const closed = new Promise<void>((resolve) => {
      request.on('close', resolve)
    })
    stream.write('hello')
    await once(request, 'data')
    end(stream)
    await closed
    expect(request.rstCode).not.toBe(http2.constants.NGHTTP2_NO_ERROR)
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: false })
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'answers with what has no form',
      () => Promise.resolve(answer(200, undefined, { headers: [['A', 'b\r\n']] })),
    ],
    [
      'answers with a name that is none',
      () => Promise.resolve(answer(200, undefined, { headers: [['A b', 'c']] })),
    ],
  ])('answers 500 when the handler %s', async (_what, handler) => {
    const { port } = await start(handler)
    const session = await connect(port)
    expect((await read(session.request())).headers).toMatchObject({ ':status': 500 })
    expect((await read(session.request())).headers).toMatchObject({ ':status': 500 })
  })

  it.each([
    [405, { ':method': 'TRACE' }],
    [400, { ':method': 'OPTIONS', ':path': '*' }],
    [414, { ':path': `/${'a'.repeat(16_400)}` }],
    [463, { 'x-forwarded-for': 'a,'.repeat(31) }],
    [
      400,
      Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [`x-${index}`, 'b'.repeat(1200)]),
      ),
    ],
  ])('refuses with %i, and the connection goes on', async (status, headers) => {
    const { port, requests } = await start()
    const session = await connect(port)
    expect((await read(session.request(headers))).headers).toMatchObject({ ':status': status })
    expect(requests).toHaveLength(1)
    expect(requests[0]?.refusal?.status).toBe(status)
    expect((await read(session.request())).headers).toMatchObject({ ':status': 200 })
  })

  it('ends the connection for a field over 8 K compressed, without an answer', async () => {
    const { port, requests } = await start()
    const session = await connect(port)
    // 5 bits each: 10,000 bytes still fit.
    expect((await read(session.request({ a: 'a'.repeat(10_000) }))).headers).toMatchObject({
      ':status': 200,
    })
    const goaway = once(session, 'goaway')
    const stream = session.request({ a: 'X'.repeat(10_000) })
    stream.on('error', () => {})
    expect((await goaway)[0]).toBe(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)
    expect(requests).toHaveLength(1)
  })

  it('drops invalid names when told', async () => {
    const { port, requests } = await start(undefined, { dropInvalidHeaderFields: true })
    await read((await connect(port)).request({ x_a: '1', 'x-b': '2' }))
    expect(requests[0]?.headers).toEqual([['x-b', '2']])
  })

  it('takes 128 requests at once', async () => {
    const { port } = await start()
    const session = await connect(port)
    await vi.waitFor(() => expect(session.remoteSettings.maxConcurrentStreams).toBe(128))
  })

  it('sends 100 Continue at once', async () => {
    const { port } = await start()
    const stream = (await connect(port)).request({ ':method': 'POST', expect: '100-continue' })
    await once(stream, 'continue')
    stream.end('ab')
    expect((await read(stream)).body).toBe('POST / ab')
  })

  it('aborts the signal when the client cancels', async () => {
    const { port, requestCount, outcomeCount } = await start(async ({ signal }) => {
      await once(signal, 'abort')
      return answer(200, undefined)
    })
    const stream = (await connect(port)).request()
    const { signal } = await requestCount(1)
    stream.close(http2.constants.NGHTTP2_CANCEL)
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true })
    expect(signal.aborted).toBe(true)
  })

  it.each([
    ['resets it', (stream: ClientHttp2Stream) => stream.destroy(new Error('enough'))],
    ['vanishes', (stream: ClientHttp2Stream) => stream.session?.destroy()],
  ])('fails a body whose client %s', async (_what, leave) => {
    const errors: unknown[] = []
    const { port, requestCount, outcomeCount } = await start(async ({ body }) => {
      await text(body).catch((error: unknown) => errors.push(error))
      return answer(400, undefined)
    })
    const stream = (await connect(port)).request({ ':method': 'POST' })
    stream.on('error', () => {})
    stream.write('abc')
    await requestCount(1)
    leave(stream)
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true })
    await vi.waitFor(() => expect(errors).toHaveLength(1))
    expect((errors[0] as RefusedError).refusal.status).toBe(400)
  })

  it.each(['GET', 'HEAD', 'POST', 'OPTIONS'])(
    'takes no client for gone that has all of the answer to %s',
    async (method) => {
      const { port, outcomeCount, requests } = await start()
      const stream = (await connect(port)).request({ ':method': method })
      stream.end(method === 'POST' ? 'abc' : undefined)
      await read(stream)
      await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: false })
      expect(requests[0]?.signal.aborted).toBe(false)
    },
  )

  it('frees the stream of an answer that nobody wants any more', async () => {
    const answerStream = new PassThrough()
    const { port, outcomeCount } = await start(() => Promise.resolve(answer(200, answerStream)))
    const stream = (await connect(port)).request()
    answerStream.write('a')
    await once(stream, 'data')
    stream.close(http2.constants.NGHTTP2_CANCEL)
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: true })
    expect(answerStream.destroyed).toBe(true)
  })

  it.each([
    ['with a body', Buffer.from('too much')],
    ['without one', undefined],
  ])('answers %s before the request is there, and stops the client', async (_what, body) => {
    const { port, outcomeCount, requests } = await start((request) => {
      request.body.destroy()
      return Promise.resolve(answer(413, body))
    })
    const stream = (await connect(port)).request({ ':method': 'POST' })
    stream.on('error', () => {})
    stream.write(Buffer.alloc(1000))
    const received = await read(stream)
    expect(received.headers).toMatchObject({ ':status': 413 })
    expect(received.body).toBe(String(body ?? ''))
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: false })
    expect(requests[0]?.signal.aborted).toBe(false)
  })

  it('gives 408 when a body stops coming, and ends an idle connection', async () => {
    const { port } = await start(undefined, { idleTimeoutSeconds: 0.3 })
    const session = await connect(port)
    const closed = once(session, 'close')
    const stream = session.request({ ':method': 'POST' })
    stream.on('error', () => {})
    stream.write('abc')
    expect((await read(stream)).headers).toMatchObject({ ':status': 408 })
    await closed
  })

  it('ends with close(): at once when idle, else after the answer', async () => {
    const gate = new Gate()
    const { port, server, requestCount } = await start(async () => {
      await gate.passed
      return answer(200, Buffer.from('late'))
    })
    const idle = await connect(port)
    const busy = await connect(port)
    const stream = busy.request()
    await requestCount(1)
    const closed = Promise.all([once(server, 'close'), once(idle, 'close'), once(busy, 'close')])
    server.close()
    gate.open()
    expect((await read(stream)).body).toBe('late')
    await closed
  })
})
