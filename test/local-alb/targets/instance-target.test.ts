import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createCertificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import { createInstanceTarget } from '../../../packages/local-alb/src/targets/instance-target.js'
import type { TargetReport } from '../../../packages/local-alb/src/targets/target.js'
import { within } from '../../helpers/deadline.js'
import { HTTP_80, type RequestParts, valuesOf } from '../../helpers/http-request.js'
import { bodyOf, send, textOf, withAnswer, withHttpTarget, withRawTarget } from './servers.js'

const DEADLINE_MS = 8000

/** The head of the request as the target gets it, byte for byte. */
async function headAtTarget(parts: RequestParts): Promise<string> {
  let head = ''
  await withRawTarget(
    (socket) => {
      socket.once('data', (bytes) => {
        head = bytes.toString('latin1')
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    },
    (target) => within(DEADLINE_MS, 'answer', send(target, parts)),
  )
  return head
}

describe('an instance target gets', () => {
  it("the load balancer's fields and the client's, in their order and spelling", async () => {
    const head = await headAtTarget({
      target: '/a%2Fb?c=%20&d',
      headers: [
        ['hOST', 'Shop.example.com'],
        ['X-One', '1'],
        ['Cookie', 'a=1'],
        ['x-two', 'caf\xc3\xa9'],
        ['X-One', 'again'],
        ['cookie', 'b=2'],
      ],
    })
    const [line, ...fields] = head.split('\r\n')
    expect(line).toBe('GET /a%2Fb?c=%20&d HTTP/1.1')
    expect(fields.filter((field) => !/^(?:X-Amzn-Trace-Id: .*)?$/.test(field))).toEqual([
      'X-Forwarded-For: 203.0.113.7',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Port: 80',
      'Host: shop.example.com',
      'X-One: 1',
      'Cookie: a=1',
      'x-two: caf\xc3\xa9',
      'X-One: again',
      'cookie: b=2',
      'Connection: keep-alive',
    ])
  })

  it('no field of the connection to the client, nor one that Connection names', async () => {
    const headers = await withHttpTarget(
      (req, res) => res.end(JSON.stringify(req.rawHeaders)),
      async (target) =>
        JSON.parse(
          await textOf(
            await send(target, {
              headers: [
                ['Host', 'lb'],
                ['Connection', 'close, X-Hop, X-Forwarded-For'],
                ['X-Hop', 'gone'],
                ['Keep-Alive', 'timeout=5'],
                ['Upgrade', 'h2c'],
                ['TE', 'trailers'],
                ['X-End', 'stays'],
              ],
            }),
          ),
        ) as string[],
    )
    const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names).toEqual([
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-port',
      'host',
      'x-amzn-trace-id',
      'x-end',
      'connection',
    ])
    expect(headers.at(-1)).toBe('keep-alive')
  })

  it.each([
    ['with the length it was declared with', [['Content-Length', '5']], '5', undefined],
    ['in chunks when no length was declared', [], undefined, 'chunked'],
  ] as const)('a body %s', async (_how, fields, length, coding) => {
    const [body, headers] = await withHttpTarget(
      (req, res) => {
        req.setEncoding('utf8')
        req.pipe(res.setHeader('X-Headers', JSON.stringify(req.headers)))
      },
      async (target) => {
        const response = await send(target, {
          method: 'POST',
          headers: [['Host', 'lb'], ...fields],
          body: Readable.from([Buffer.from('he'), Buffer.from('llo')]),
          hasBody: true,
        })
        const echoed = JSON.parse(
          valuesOf(response.headers, 'x-headers').join(),
        ) as IncomingMessage['headers']
        return [await textOf(response), echoed] as const
      },
    )
    expect(body).toBe('hello')
    expect([headers['content-length'], headers['transfer-encoding']]).toEqual([length, coding])
  })

  it.each([
    ['POST', '0', undefined],
    ['GET', undefined, undefined],
    ['DELETE', undefined, undefined],
    ['QUERY-LIKE', '0', undefined],
  ] as const)('%s without a body as such', async (method, length, coding) => {
    const text = await headAtTarget({ method })
    expect(/^content-length: (.*)\r$/im.exec(text)?.[1]).toBe(length)
    expect(/^transfer-encoding: (.*)\r$/im.exec(text)?.[1]).toBe(coding)
    expect(text.endsWith('\r\n\r\n')).toBe(true)
  })

  it('the bytes of a body one by one as they come, and no faster than it reads', async () => {
    const SIZE = 64 * 1024 * 1024
    const chunk = Buffer.alloc(65_536)
    let produced = 0
    const body = new Readable({
      read() {
        produced += chunk.length
        this.push(produced > SIZE ? null : chunk)
      },
    })
    await withHttpTarget(
      (req, res) => {
        // It answers without having read anything.
        void once(req, 'readable').then(() => res.flushHeaders())
      },
      async (target) => {
        await send(target, { method: 'POST', body, hasBody: true })
        expect(produced).toBeGreaterThan(0)
        expect(produced).toBeLessThan(SIZE / 2)
        body.destroy()
      },
    )
  })

  it('characters that have no place in a request line in escaped form', async () => {
    const head = await headAtTarget({ target: '/a\x01b\xc3\xa9?c d' })
    expect(head.split('\r\n', 1)).toEqual(['GET /a%01b\xc3\xa9?c%20d HTTP/1.1'])
  })
})

describe('the client gets of an instance target', () => {
  it('fields in their order and spelling, without those of the connection', async () => {
    const answer = [
      'HTTP/1.1 299 Own Phrase',
      'X-b: 1',
      'set-cookie: a=1',
      'Server: mine/1',
      'Connection: keep-alive, X-Hop',
      'X-Hop: gone',
      'Keep-Alive: timeout=5',
      'Date: Thu, 02 Mar 2023 15:08:01 GMT',
      'Set-Cookie: b=\xe9',
      'CONTENT-LENGTH: 2',
      '',
      'ok',
    ].join('\r\n')
    await withAnswer(answer, async (target) => {
      const response = await send(target)
      expect([response.status, response.reason]).toEqual([299, 'Own Phrase'])
      expect(response.headers).toEqual([
        ['X-b', '1'],
        ['set-cookie', 'a=1'],
        ['Server', 'mine/1'],
        ['Date', 'Thu, 02 Mar 2023 15:08:01 GMT'],
        ['Set-Cookie', 'b=\xe9'],
        ['CONTENT-LENGTH', '2'],
      ])
      expect(await textOf(response)).toBe('ok')
    })
  })

  it('a Date when the target sent none, but no Server', async () => {
    await withAnswer('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', async (target) => {
      const { headers } = await send(target)
      expect(headers.map(([name]) => name)).toEqual(['Content-Length', 'Date'])
      expect(Date.parse(headers[1]?.[1] ?? '')).not.toBeNaN()
    })
  })

  it.each([
    ['chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\nX-Trailer: dropped\r\n\r\n'],
    ['a length', 'Content-Length: 5', 'hello'],
  ])('a body in %s without its framing, and no trailer', async (_form, field, body) => {
    await withAnswer(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n${body}`, async (target) => {
      const response = await send(target)
      expect(await textOf(response)).toBe('hello')
      expect(valuesOf(response.headers, 'transfer-encoding')).toEqual([])
      expect(valuesOf(response.headers, 'x-trailer')).toEqual([])
    })
  })

  it('none of the interim answers', async () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
    await withAnswer(
      `${interim}HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n`,
      async (target) => {
        const response = await send(target)
        expect(response.status).toBe(201)
        expect(valuesOf(response.headers, 'link')).toEqual([])
      },
    )
  })

  it.each([
    ['HEAD', 200, '1234'],
    ['GET', 304, '1234'],
    ['GET', 204, undefined],
  ] as const)('no body with %s and %i, whatever length is said', async (method, status, length) => {
    await withHttpTarget(
      (_req, res) => {
        if (length !== undefined) res.setHeader('Content-Length', length)
        res.writeHead(status).end()
      },
      async (target) => {
        const response = await send(target, { method })
        expect(response.body).toBeUndefined()
        expect(valuesOf(response.headers, 'content-length')).toEqual(
          length === undefined ? [] : [length],
        )
      },
    )
  })

  it('the first bytes before the last are sent', async () => {
    const rest = new PassThrough()
    await withHttpTarget(
      (_req, res) => {
        res.write('first')
        rest.pipe(res)
      },
      async (target) => {
        const { body } = await send(target)
        if (!(body instanceof Readable)) throw new TypeError('The body is no stream')
        const [first] = (await within(DEADLINE_MS, 'first bytes', once(body, 'data'))) as [Buffer]
        expect(first.toString()).toBe('first')
        rest.end('last')
        const [last] = (await within(DEADLINE_MS, 'last bytes', once(body, 'data'))) as [Buffer]
        expect(last.toString()).toBe('last')
      },
    )
  })

  it('a body that breaks off when the target breaks off', async () => {
    await withHttpTarget(
      (_req, res) => {
        res.writeHead(200, { 'Content-Length': 10 }).write('half', () => res.destroy())
      },
      async (target) => {
        const response = await send(target)
        await expect(within(DEADLINE_MS, 'end', bodyOf(response))).rejects.toThrow('aborted')
      },
    )
  })
})

describe('an instance target', () => {
  it('is spoken to on one connection, request after request', async () => {
    const ports = new Set<number | undefined>()
    await withHttpTarget(
      (req, res) => {
        ports.add(req.socket.remotePort)
        res.end('x')
      },
      async (target) => {
        for (let count = 0; count < 3; count++) await bodyOf(await send(target))
      },
    )
    expect(ports.size).toBe(1)
  })

  it('keeps apart what is under way at once', async () => {
    await withHttpTarget(
      (req, res) => {
        setImmediate(() => res.end(req.url))
      },
      async (target) => {
        const paths = Array.from({ length: 40 }, (_, index) => `/${index}`)
        const answers = await Promise.all(
          paths.map(async (path) => textOf(await send(target, { target: path }))),
        )
        expect(answers).toEqual(paths)
      },
    )
  })

  it('reports status, times and a body of up to 64 KB', async () => {
    await withHttpTarget(
      (req, res) => {
        req.resume().on('end', () => res.writeHead(418).end())
      },
      async (target) => {
        const report: TargetReport = {}
        await send(target, { method: 'POST', body: Buffer.from('kept') }, report)
        expect(report.targetStatus).toBe(418)
        expect(report.requestBody?.toString()).toBe('kept')
        expect(report.answeredAt).toBeGreaterThanOrEqual(report.sentAt ?? Infinity)

        const long: TargetReport = {}
        await send(target, { method: 'POST', body: Buffer.alloc(65_537) }, long)
        expect(long.targetStatus).toBe(418)
        expect(long.requestBody).toBeUndefined()
      },
    )
  })

  it('speaks HTTPS with a certificate that nobody vouches for, as a load balancer does', async () => {
    const server = createHttpsServer(await createCertificate(), (req, res) =>
      res.end(req.headers.host),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const target = createInstanceTarget(`https://127.0.0.1:${port}`, { idleTimeoutSeconds: 60 })
    try {
      expect(await textOf(await send(target, { connection: HTTP_80 }))).toBe('lb')
    } finally {
      await target.close()
      server.close()
    }
  })

  it.each(['127.0.0.1:3000', 'ftp://127.0.0.1', 'http://127.0.0.1/a', 'http://127.0.0.1/?a', ''])(
    'is not made of %j',
    (url) => {
      expect(() => createInstanceTarget(url, { idleTimeoutSeconds: 60 })).toThrow(
        'http://127.0.0.1:3000',
      )
    },
  )
})
