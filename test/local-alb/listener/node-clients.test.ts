import http from 'node:http'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCertificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import type { Certificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import { answer, startListener } from './start-listener.js'

// What Node's own clients take for valid, and how they use connections, is the judge here.

let certificate: Certificate
const agents = {
  http: new http.Agent({ keepAlive: true, maxSockets: 4 }),
  https: new https.Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false }),
}

beforeAll(async () => {
  certificate = await createCertificate()
})

afterAll(() => {
  agents.http.destroy()
  agents.https.destroy()
})

async function request(
  url: string,
  { body, ...options }: https.RequestOptions & { body?: string | Readable } = {},
): Promise<{ status: number | undefined; body: string; headers: IncomingMessage['headers'] }> {
  const secure = url.startsWith('https')
  const agent = secure ? agents.https : agents.http
  const message = (secure ? https : http).request(url, { agent, ...options })
  if (body instanceof Readable) body.pipe(message)
  else message.end(body)
  const [response] = (await once(message, 'response')) as [IncomingMessage]
  return { status: response.statusCode, body: await text(response), headers: response.headers }
}

describe.each(['http', 'https'] as const)("Node's client over %s", (protocol) => {
  const start = async (handler?: Parameters<typeof startListener>[0]): Promise<string> => {
    const { port } = await startListener(handler, protocol === 'https' ? { tls: certificate } : {})
    return `${protocol}://127.0.0.1:${port}`
  }

  it('gets every answer to its request, over few connections', async () => {
    const ports = new Set<number>()
    const url = await start(async ({ connection, target, body }) => {
      ports.add(connection.client.port)
      const sent = await text(body)
      const reply = `${target} ${sent}`
      const isStreamed = target.length % 2 === 0
      return answer(
        200,
        isStreamed ? Readable.from([reply.slice(0, 3), reply.slice(3)]) : Buffer.from(reply),
      )
    })
    const sent = Array.from({ length: 200 }, (_, index) => index)
    const answers = await Promise.all(
      sent.map(async (index) => {
        const path = `/${'x'.repeat(index % 7)}${index}`
        if (index % 3 === 0) return request(url + path)
        const body = index % 3 === 1 ? `b${index}` : Readable.from([`b${index}`, 'more'])
        return request(url + path, { method: 'POST', body })
      }),
    )
    expect(answers.map(({ body }) => body)).toEqual(
      sent.map((index) => {
        const body = ['', `b${index}`, `b${index}more`][index % 3]
        return `/${'x'.repeat(index % 7)}${index} ${body}`
      }),
    )
    expect(ports.size).toBeLessThanOrEqual(4)
  })

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('sees the end of an answer to %s with %i', async (method, status) => {
    const url = await start(() => Promise.resolve(answer(status, Buffer.from('abc'))))
    const both = [await request(url, { method }), await request(url, { method })]
    expect(both.map((one) => [one.status, one.body])).toEqual([
      [status, ''],
      [status, ''],
    ])
  })

  it('sends its body once it is told to continue', async () => {
    const url = await start(async ({ body }) => answer(200, Buffer.from(await text(body))))
    const message = (protocol === 'https' ? https : http).request(url, {
      method: 'PUT',
      agent: agents[protocol],
      headers: { expect: '100-continue', 'content-length': 5 },
    })
    message.flushHeaders()
    await once(message, 'continue')
    message.end('hello')
    const [response] = (await once(message, 'response')) as [IncomingMessage]
    expect(await text(response)).toBe('hello')
  })
})

describe('fetch', () => {
  it('gets answers of every kind', async () => {
    const { port } = await startListener(async ({ body, method }) =>
      answer(200, method === 'POST' ? Readable.from([await text(body)]) : Buffer.from('plain'), {
        headers: [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ],
      }),
    )
    const url = `http://127.0.0.1:${port}`
    const plain = await fetch(url)
    expect(await plain.text()).toBe('plain')
    expect(plain.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    const echoed = await fetch(url, {
      method: 'POST',
      body: 'echo',
      headers: { connection: 'close' },
    })
    expect(await echoed.text()).toBe('echo')
  })
})
