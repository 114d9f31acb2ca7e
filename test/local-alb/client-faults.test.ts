import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAlb, type Alb, type AlbTarget, type Exchange } from 'local-alb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawClient, statusesIn } from './listener/raw-client.js'

/** A server that answers once it has all of a request's body, and says how many bytes that was. */
async function startServer(): Promise<string> {
  const server = createServer((req, res) => {
    let bytes = 0
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    req.on('end', () => res.end(`${bytes} ${req.rawHeaders.join()}`))
    req.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function start(
  target: AlbTarget,
): Promise<{ readonly alb: Alb; readonly over: () => Promise<Exchange> }> {
  const alb = createAlb(target, { idleTimeoutSeconds: 1 })
  onTestFinished(() => alb[Symbol.asyncDispose]())
  const over = new Promise<Exchange>((resolve) => {
    alb.on('exchange', (exchange) => {
      if (exchange.endedAt !== undefined) resolve(exchange)
    })
  })
  alb.listen(0)
  return { alb, over: () => over }
}

const POST = 'POST / HTTP/1.1\r\nHost: a\r\n'

describe.each([
  ['a function', () => async () => ({ statusCode: 200 })],
  ['a server', startServer],
])('before %s, a client', (_name, makeTarget) => {
  it.each([
    [
      'that falls silent in the middle of a body gets 408',
      `${POST}Content-Length: 10\r\n\r\nabc`,
      408,
      /sent nothing for as long as the idle timeout/,
    ],
    [
      'whose chunks are malformed gets 400, and is told so',
      `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`,
      400,
      /^A chunk does not start with its size/,
    ],
  ])('%s', async (_what, sent, status, explanation) => {
    const { alb, over } = await start(await makeTarget())
    const client = await RawClient.connect(alb.address()?.port ?? 0)
    expect(statusesIn(await client.send(sent).end())).toEqual([status])
    const exchange = await over()
    expect(exchange.refusal?.status).toBe(status)
    expect(exchange.refusal?.explanation).toMatch(explanation)
  })
})

it('gives a server one length of a body, where a client says it twice', async () => {
  const { alb } = await start(await startServer())
  const client = await RawClient.connect(alb.address()?.port ?? 0)
  client.send(`${POST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`)
  const answer = await client.end()
  expect(statusesIn(answer)).toEqual([200])
  expect(answer.match(/Content-Length,3/g)).toHaveLength(1)
})
