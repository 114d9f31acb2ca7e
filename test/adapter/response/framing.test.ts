import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import { FRAMES } from '../../helpers/response-frames.js'
import { expectSameOf, onServer, throughAdapter } from '../../helpers/response-parity.js'

interface Case {
  readonly title: string
  readonly respond: (res: ServerResponse) => unknown
}

const LINK = { link: '</style.css>; rel=preload; as=style' }

// Node 24 throws where Node 20 and 22 send the interim response before the head.
const REFUSES_LATE_INTERIM = Number.parseInt(process.versions.node, 10) >= 24

/** What a server may say before its response. No function can, so no load balancer passes it on. */
const INTERIM: readonly (Case & { readonly interim: readonly number[] })[] = [
  {
    title: 'writeContinue',
    interim: [100],
    respond: (res) => {
      res.writeContinue()
      res.end('body')
    },
  },
  {
    title: 'writeProcessing',
    interim: [102],
    respond: (res) => {
      res.writeProcessing()
      res.end('body')
    },
  },
  {
    title: 'writeEarlyHints',
    interim: [103],
    respond: (res) => {
      res.writeEarlyHints(LINK)
      res.end('body')
    },
  },
  {
    title: 'writeEarlyHints whose callback goes on with the response',
    interim: [103],
    respond: (res) => {
      res.writeEarlyHints({ ...LINK, 'x-trace': 'id' }, () => res.end('body'))
    },
  },
  {
    title: 'all of them, several times, in several ticks',
    interim: [100, 102, 103, 103, 102],
    respond: (res) => {
      res.writeContinue()
      res.writeProcessing()
      res.writeEarlyHints(LINK)
      setImmediate(() => {
        res.writeEarlyHints(LINK)
        res.writeProcessing(() => {
          res.write('bo')
          res.end('dy')
        })
      })
    },
  },
  {
    title: 'one after setHeader',
    interim: [103],
    respond: (res) => {
      res.setHeader('X-A', '1')
      res.writeEarlyHints(LINK)
      res.end('body')
    },
  },
  ...(REFUSES_LATE_INTERIM
    ? []
    : [
        {
          // Node keeps a head until the first piece of the body, so this order is right on the wire as well.
          title: 'one after writeHead',
          interim: [102],
          respond: (res: ServerResponse) => {
            res.writeHead(201, { 'X-A': '1' })
            res.writeProcessing()
            res.end('body')
          },
        },
      ]),
]

describe.each(FRAMES)('an interim response under $around', ({ wrap }) => {
  it.each(INTERIM)('leaves no trace in the answer: $title', async ({ respond, interim }) => {
    const listener = wrap((_req, res) => respond(res))
    // The premise: a real server does send them.
    expect((await onServer(listener)).interim).toEqual(interim)
    expect((await expectSameOf(listener)).body).toBe('body')
  })

  it.each([
    'the answer was HTTP/1.1 102 Processing',
    'HTTP/1.1 100 is a status',
    'HTTP/1.1 100 Continue\r\n\r\nis how it begins',
    'It ends with HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nLink: a\r\n',
  ])('is not seen in a text that speaks of one, in the encoding of its head: %j', async (text) => {
    const { body } = await expectSameOf(wrap((_req, res) => res.end(text, 'ascii')))
    expect(body).toBe(text)
  })

  it('is not seen in a text that is one, in another encoding', async () => {
    const text = 'HTTP/1.1 103 Early Hints\r\n\r\n'
    const { body } = await expectSameOf(wrap((_req, res) => res.end(text)))
    expect(body).toBe(text)
  })
})

const CRLF_BODY = '5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'
const BINARY = Buffer.concat([
  Buffer.from('\r\n\r\n0\r\n'),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
])

/** An app that sets Transfer-Encoding itself, with bodies that look like framing. */
const CHUNKED: readonly Case[] = [
  {
    title: 'end with text',
    respond: (res) => res.setHeader('Transfer-Encoding', 'chunked').end('hello'),
  },
  {
    title: 'end with text full of CRLF',
    respond: (res) => res.setHeader('Transfer-Encoding', 'chunked').end(CRLF_BODY),
  },
  {
    title: 'end with every byte',
    respond: (res) => res.setHeader('Transfer-Encoding', 'chunked').end(BINARY),
  },
  {
    title: 'text beyond ASCII',
    respond: (res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      res.write('\u65E5\u672C\r\n')
      res.end('\u{1F600}\r\n')
    },
  },
  {
    title: 'several writes of every kind',
    respond: (res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      res.write(CRLF_BODY)
      res.write(BINARY)
      res.write('0d0a', 'hex')
      res.write('\u00E9', 'latin1')
      res.end(CRLF_BODY)
    },
  },
  {
    title: 'writes in several ticks',
    respond: (res) => {
      res.setHeader('transfer-encoding', 'chunked')
      res.write(CRLF_BODY)
      setImmediate(() => {
        res.write(BINARY)
        setImmediate(() => res.end())
      })
    },
  },
  {
    title: 'writes while corked',
    respond: (res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      res.write('first')
      res.cork()
      res.write(CRLF_BODY)
      res.write(BINARY)
      setImmediate(() => {
        res.uncork()
        res.end('last')
      })
    },
  },
  {
    title: 'writeHead with an object',
    respond: (res) => res.writeHead(200, { 'Transfer-Encoding': 'chunked' }).end(CRLF_BODY),
  },
  {
    title: 'writeHead with an array',
    respond: (res) => res.writeHead(200, ['Transfer-Encoding', 'chunked']).end(CRLF_BODY),
  },
  {
    title: 'the header flushed first',
    respond: (res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      res.flushHeaders()
      res.write(BINARY)
      res.end()
    },
  },
  {
    title: 'an empty body',
    respond: (res) => res.setHeader('Transfer-Encoding', 'chunked').end(),
  },
  {
    title: 'a stream piped in',
    respond: (res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      Readable.from([Buffer.from(CRLF_BODY), BINARY]).pipe(res)
    },
  },
  {
    title: 'a value in other letters',
    respond: (res) => res.setHeader('TRANSFER-ENCODING', 'Chunked').end(CRLF_BODY),
  },
  {
    title: 'useChunkedEncodingByDefault switched on',
    respond: (res) => {
      res.useChunkedEncodingByDefault = true
      res.write(CRLF_BODY)
      res.end(BINARY)
    },
  },
  {
    title: 'a Trailer field, whose trailers are dropped',
    respond: (res) => {
      res.writeHead(200, { 'Transfer-Encoding': 'chunked', Trailer: 'X-Checksum' })
      res.write(CRLF_BODY)
      res.addTrailers({ 'X-Checksum': 'abc' })
      res.end()
    },
  },
  {
    title: 'trailers without a Trailer field',
    respond: (res) => {
      res.write('body')
      res.addTrailers([['X-Checksum', 'abc']])
      res.end('!')
    },
  },
]

describe.each(FRAMES)('chunked transfer under $around', ({ wrap }) => {
  it.each(CHUNKED)('leaves no framing in the answer: $title', async ({ respond }) => {
    const listener = wrap((_req, res) => respond(res))
    const { headers } = await expectSameOf(listener)
    expect(Object.keys(headers)).not.toContain('x-checksum')
  })
})

describe('framing fields of the app', () => {
  it.each(MODES)('are not in the result in %s-value mode', async (mode) => {
    const { result } = await throughAdapter(
      (_req, res) => {
        res.writeHead(200, {
          'Transfer-Encoding': 'chunked',
          Trailer: 'X-T',
          TE: 'trailers',
          Upgrade: 'h2c',
          Connection: 'close',
          'Keep-Alive': 'timeout=5',
          'Proxy-Connection': 'keep-alive',
          'Proxy-Authenticate': 'Basic',
          'X-Kept': '1',
        })
        res.end('x')
      },
      {},
      mode,
    )
    const names = Object.keys(result.headers ?? result.multiValueHeaders ?? {})
    expect(names.filter((name) => name !== 'Date')).toEqual(['X-Kept'])
  })

  it('leave a stream that is compressed on the way whole', async () => {
    const text = CRLF_BODY.repeat(2_000)
    const listener = async (_req: unknown, res: ServerResponse): Promise<void> => {
      res.writeHead(200, { 'Transfer-Encoding': 'chunked', 'Content-Encoding': 'gzip' })
      await pipeline(Readable.from([text]), createGzip(), res)
    }
    for (const mode of MODES) {
      const { body, result } = await throughAdapter(listener, {}, mode)
      expect(result.isBase64Encoded).toBe(true)
      expect(gunzipSync(body).toString()).toBe(text)
    }
  })
})

/** Responses that have no body by their status or method. */
const BODYLESS: readonly (Case & { readonly method?: string })[] = [
  { title: '204', respond: (res) => res.writeHead(204).end() },
  { title: '204 with a body', respond: (res) => res.writeHead(204, { 'X-A': '1' }).end('ignored') },
  { title: '304', respond: (res) => res.writeHead(304, { ETag: '"a"' }).end() },
  {
    title: '304 with a length',
    respond: (res) => res.writeHead(304, { ETag: '"a"', 'Content-Length': '1234' }).end(),
  },
  { title: '304 with a body', respond: (res) => res.writeHead(304).end('ignored') },
  {
    title: '204 with Transfer-Encoding',
    respond: (res) => res.writeHead(204, { 'Transfer-Encoding': 'chunked' }).end(),
  },
  {
    title: 'HEAD with a length',
    method: 'HEAD',
    respond: (res) => res.writeHead(200, { 'Content-Length': 1234, 'Content-Type': 'a/b' }).end(),
  },
  { title: 'HEAD with a body', method: 'HEAD', respond: (res) => res.end('ignored') },
  {
    title: 'HEAD with writes',
    method: 'HEAD',
    respond: (res) => {
      res.write('ignored')
      res.write(BINARY)
      res.end()
    },
  },
  {
    title: 'HEAD with Transfer-Encoding',
    method: 'HEAD',
    respond: (res) => res.setHeader('Transfer-Encoding', 'chunked').end('ignored'),
  },
  {
    title: 'HEAD with a content coding',
    method: 'HEAD',
    respond: (res) => res.setHeader('Content-Encoding', 'gzip').end(),
  },
  { title: 'HEAD answered with 204', method: 'HEAD', respond: (res) => res.writeHead(204).end() },
  {
    title: 'HEAD answered with 304',
    method: 'HEAD',
    respond: (res) => res.writeHead(304, { 'Content-Length': '7' }).end(),
  },
  { title: '205', respond: (res) => res.writeHead(205, { 'Content-Length': '0' }).end() },
]

describe.each(FRAMES)('an answer without a body under $around', ({ wrap }) => {
  it.each(BODYLESS)('is what a real server sends: $title', async ({ respond, method = 'GET' }) => {
    const { body } = await expectSameOf(
      wrap((_req, res) => respond(res)),
      { method },
    )
    expect(body).toBe('')
  })
})
