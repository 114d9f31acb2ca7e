import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { createHandler, type AlbResult } from 'express-alb'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { collectLog } from '../helpers/collected-log.js'
import { behindAlb } from './behind-alb.js'

describe('how much is asked', () => {
  it('T9: a compressed bomb stays compressed until the app’s own parser, whose limit holds', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024))
    let delivered = 0
    const app = express()
      .use((req, _res, next) => {
        delivered = Number(req.headers['content-length'])
        next()
      })
      .use(express.json({ limit: '100kb' }))
      .use((_req, res) => void res.send('parsed'))
    const handler = createHandler(app, { logger: false })
    const event = createAlbEvent({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: bomb,
    })
    const { statusCode } = await handler(event, createLambdaContext())
    expect([statusCode, delivered]).toEqual([413, bomb.length])
  })

  it('T10: more than an ALB takes is turned away before the function', async () => {
    let calls = 0
    await using alb = behindAlb((_req, res) => res.end(String(++calls)))
    const size = 1_048_577
    const big = await alb.send(
      Buffer.concat([
        Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`),
        Buffer.alloc(size),
      ]),
    )
    const long = await alb.get(`/${'a'.repeat(16_384)}`)
    const wide = await alb.get('/', `X-Wide: ${'a'.repeat(16_385)}`)
    const deep = await alb.get('/', ...Array.from({ length: 20_000 }, (_, i) => `x-${i}: 1`))
    expect([big, long, wide, deep].map(({ status }) => status)).toEqual([413, 414, 400, 400])
    expect(calls).toBe(0)
  })

  it.each([
    ['header fields', { multiValueHeaders: many((i) => [`x-${i}`, ['1']]) }],
    ['values of one header', { multiValueHeaders: { 'x-a': Array<string>(200_000).fill('1') } }],
    ['cookies', { multiValueHeaders: { cookie: Array<string>(200_000).fill('a=1') } }],
    ['query keys', { multiValueQueryStringParameters: many((i) => [`k${i}`, ['1']]) }],
    [
      'values of one key',
      { multiValueQueryStringParameters: { k: Array<string>(200_000).fill('') } },
    ],
    [
      'spaces in Accept-Encoding',
      { multiValueHeaders: { 'accept-encoding': [`br${' '.repeat(500_000)}`] } },
    ],
    [
      'weights in Accept-Encoding',
      { multiValueHeaders: { 'accept-encoding': ['a;q=0 ; '.repeat(100_000)] } },
    ],
    ['illegal characters in the path', { path: `/${' "'.repeat(300_000)}` }],
    ['slashes in the path', { path: '/'.repeat(600_000) }],
    ['paddings of base64', { body: '='.repeat(600_000), isBase64Encoded: true }],
    ['line breaks in base64', { body: 'AAAA\n'.repeat(200_000), isBase64Encoded: true }],
  ])(
    'T11: tens or hundreds of thousands of %s take time in proportion to their number',
    // With time in proportion to the square, each of these would take minutes: the test would end at its limit.
    async (_what, members) => {
      const encoding = JSON.stringify(members).includes('accept-encoding')
      // What a client accepts is looked at for a response that is too large only.
      const body = encoding ? 'x'.repeat(1_100_000) : 'x'
      const listener = express().use((_req, res) => void res.type('text').send(body))
      const handler = createHandler(listener, { logger: false })
      const event = { ...createAlbEvent({ mode: 'multi' }), ...members }
      const outcome = await handler(event, createLambdaContext()).catch((error: unknown) => error)
      expect(outcome).toBeInstanceOf(Object)
    },
  )
})

describe('how much is answered', () => {
  it('T16: a response without end is stopped while the app still writes', async () => {
    const log = collectLog()
    let written = 0
    const listener = async (_req: IncomingMessage, res: ServerResponse): Promise<void> => {
      const piece = Buffer.alloc(1024 * 1024, 'x')
      while (!res.destroyed && written < 100 * piece.length) {
        written += piece.length
        if (!res.write(piece)) await new Promise(setImmediate)
      }
      res.end()
    }
    const handler = createHandler(listener, { logger: log })
    const { statusCode } = await handler(createAlbEvent(), createLambdaContext())
    expect([statusCode, log.codes]).toEqual([500, ['too-large']])
    expect(written).toBeLessThanOrEqual(18 * 1024 * 1024)
  })

  it('T17: nothing is compressed that fits, or that the client or the app does not want compressed', async () => {
    const ask = async (
      size: number,
      fields: Record<string, string>,
      accepts: string,
    ): Promise<AlbResult> => {
      const listener: RequestListener = (_req, res) =>
        res.writeHead(200, { 'content-type': 'text/html', ...fields }).end('x'.repeat(size))
      const handler = createHandler(listener, { logger: false })
      const event = createAlbEvent({ headers: { 'accept-encoding': accepts } })
      return handler(event, createLambdaContext())
    }
    // A secret beside a client's own text, compressed, tells of itself by its length (BREACH).
    const small = await ask(1_000_000, {}, 'gzip, br')
    expect([small.isBase64Encoded, small.headers?.['content-encoding']]).toEqual([false, undefined])
    const large = await ask(1_100_000, {}, 'gzip, br')
    expect([large.statusCode, large.headers?.['content-encoding']]).toEqual([200, 'br'])
    expect((await ask(1_100_000, { 'cache-control': 'no-transform' }, 'br')).statusCode).toBe(500)
    expect((await ask(1_100_000, {}, 'identity')).statusCode).toBe(500)
  })
})

function many<T>(entry: (index: number) => [string, T]): Record<string, T> {
  return Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => entry(index)))
}
