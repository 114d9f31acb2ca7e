// ServerResponse: whatever is called, the client gets what a real server sends.
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createApp, serves } from '../apps.mjs'
import { AS_NODE } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('node:http').ServerResponse} ServerResponse
 */

const CHUNKED = 'contract 5.2, A19; peers A3 (chunk framing in the body)'
const FILE = fileURLToPath(import.meta.url)

/** @type {Vector[]} */
export const writing = [
  encoding('hex', '6869c3a9'),
  encoding('base64', 'aMOp'),
  encoding('latin1', 'Grüße'),
  encoding('utf16le', 'hé'),
  encoding('ascii', 'plain'),
  writes('end-encoding', (res) => void res.end('c3a9', 'hex'), 'é', 'end() honours its encoding'),
  writes('end-empty', (res) => void res.end(), '', 'end() without a body'),
  writes('end-only', (res) => void res.end('all'), 'all', 'end() with the whole body'),
  writes(
    'write-end',
    (res) => {
      res.write('a')
      res.write('')
      res.end('b')
    },
    'ab',
    'pieces in their order',
  ),
  writes(
    'write-many',
    (res) => {
      for (let i = 0; i < 1000; i++) res.write(`${i},`)
      res.end()
    },
    Array.from({ length: 1000 }, (_, i) => `${i},`).join(''),
    'a thousand pieces',
  ),
  writes(
    'cork',
    (res) => {
      res.cork()
      res.write('a')
      res.write('b')
      res.uncork()
      res.end('c')
    },
    'abc',
    'corked writes',
  ),
  writes(
    'flush-headers',
    (res) => {
      res.flushHeaders()
      setTimeout(() => res.end('later'), 5)
    },
    'later',
    'a body after flushHeaders()',
  ),
  writes(
    'write-later',
    async (res) => {
      for (const piece of ['a', 'b', 'c']) {
        res.write(piece)
        await new Promise((resolve) => {
          setTimeout(resolve, 1)
        })
      }
      res.end()
    },
    'abc',
    'pieces written over time',
  ),
  writes(
    'drain',
    async (res) => {
      for (let i = 0; i < 8; i++) {
        if (!res.write('x'.repeat(20_000))) await once(res, 'drain')
      }
      res.end()
    },
    'x'.repeat(160_000),
    'all that is written by an app that waits for drain',
  ),
  writes(
    'pipeline-generator',
    async (res) => {
      await pipeline(async function* pieces() {
        for (let i = 0; i < 20; i++) yield `${i}`.repeat(10_000)
      }, res)
    },
    Array.from({ length: 20 }, (_, i) => `${i}`.repeat(10_000)).join(''),
    'pipeline() from a generator',
  ),
  writes(
    'pipe-stream',
    (res) => void Readable.from(['a', 'b', 'c']).pipe(res),
    'abc',
    'pipe() into the response',
  ),
  writes(
    'pipe-file',
    (res) => void createReadStream(FILE, { start: 0, end: 99 }).pipe(res),
    AS_NODE,
    'a file piped into the response',
  ),
  writes(
    'write-head-chunked',
    (res) => {
      res.writeHead(200, { 'Transfer-Encoding': 'chunked' })
      res.write('one')
      res.end('two')
    },
    'onetwo',
    'a body without framing after writeHead() with chunked',
    CHUNKED,
  ),
  writes(
    'set-chunked',
    (res) => {
      res.setHeader('Transfer-Encoding', 'chunked')
      res.write('a\r\n5\r\nb')
      res.end(Buffer.from('é\r\n0\r\n\r\n'))
    },
    'a\r\n5\r\nbé\r\n0\r\n\r\n',
    'a body that looks like framing after an app chose chunked',
    CHUNKED,
  ),
  writes(
    'set-chunked-end',
    (res) => {
      res.setHeader('transfer-encoding', 'chunked')
      res.end(Buffer.from('whole'))
    },
    'whole',
    'one buffer after an app chose chunked',
    CHUNKED,
  ),
  writes(
    'early-hints',
    (res) => {
      res.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' })
      res.end('page')
    },
    'page',
    'only the final answer after writeEarlyHints()',
    'contract 5.2 (1xx is not possible); peers A3',
  ),
  writes(
    'processing',
    (res) => {
      res.writeProcessing()
      res.end('page')
    },
    'page',
    'only the final answer after writeProcessing()',
    'contract 5.2 (1xx is not possible); peers A3',
  ),
  writes(
    'continue',
    (res) => {
      res.writeContinue()
      res.end('page')
    },
    'page',
    'only the final answer after writeContinue()',
    'contract 5.2 (1xx is not possible); peers A3',
  ),
  writes(
    'trailers',
    (res) => {
      res.writeHead(200, { Trailer: 'X-Sum' })
      res.write('body')
      res.addTrailers({ 'X-Sum': '1' })
      res.end()
    },
    'body',
    'the body without trailers',
    'contract 5.2 (trailers are not possible); peers A3',
  ),
  {
    id: 'write-callbacks',
    claim: 'the callbacks of write() and end() run',
    source: 'Node: response.write, response.end',
    standing: 'documented',
    app: (see) => (_req, res) => {
      res.write('a', () => see({ write: true }))
      res.write('b', 'utf8', () => see({ encoded: true }))
      res.end('c', () => see({ end: true }))
    },
    sees: { write: true, encoded: true, end: true },
    answer: { status: 200, text: 'abc' },
  },
  {
    id: 'write-returns',
    claim: 'write() returns a boolean and end() the response',
    source: 'Node: response.write, response.end; peers A3',
    standing: 'documented',
    app: (see) => (_req, res) => {
      see({ write: typeof res.write('a') })
      see({ end: res.end() === res, head: res.headersSent })
    },
    sees: { write: 'boolean', end: true, head: true },
    answer: { text: 'a' },
  },
  {
    id: 'write-chain',
    claim: 'writeHead() and setHeader() can be chained',
    source: 'Node: response.writeHead',
    standing: 'documented',
    app: serves(
      (_req, res) => void res.setHeader('X-A', '1').writeHead(201, { 'X-B': '2' }).end('c'),
    ),
    answer: { status: 201, headers: { 'x-a': '1', 'x-b': '2' }, text: 'c' },
  },
  {
    id: 'write-after-end',
    claim: 'writing after the end is an error of the app and changes nothing',
    source: 'Node: ERR_STREAM_WRITE_AFTER_END',
    standing: 'documented',
    app: (see) => (_req, res) => {
      res.on('error', (error) => see({ code: /** @type {NodeJS.ErrnoException} */ (error).code }))
      res.end('first')
      res.write('second', (error) => {
        see({ callback: /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code ?? 'none' })
      })
    },
    sees: { code: AS_NODE, callback: AS_NODE },
    answer: { status: 200, text: 'first' },
  },
  {
    id: 'end-twice',
    claim: 'the second end() changes nothing',
    source: 'Node: response.end',
    standing: 'documented',
    app: serves((_req, res) => void res.end('first').end()),
    answer: { status: 200, text: 'first' },
  },
  {
    id: 'strict-length',
    claim: 'strictContentLength refuses a body of another length',
    source: 'Node: response.strictContentLength',
    standing: 'documented',
    app: (see) => (_req, res) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 3)
      try {
        res.end('four')
      } catch (error) {
        see({ code: /** @type {NodeJS.ErrnoException} */ (error).code })
        res.destroy()
      }
    },
    sees: { code: AS_NODE },
    answer: { fails: true },
  },
  {
    id: 'head-body-dropped',
    claim: 'what is written to a HEAD request is dropped and ends',
    source: 'RFC 9110, section 9.3.2; Node',
    standing: 'documented',
    request: { method: 'HEAD' },
    app: (see) => (_req, res) => {
      res.on('finish', () => see({ finished: true }))
      res.write('a')
      res.end('b')
    },
    sees: { finished: true },
    answer: { status: 200, base64: '' },
  },
  {
    id: 'no-content-body-dropped',
    claim: 'what is written to a 204 is dropped and ends',
    source: 'RFC 9110, section 15.3.5; contract A26',
    standing: 'documented',
    app: serves((_req, res) => {
      res.statusCode = 204
      res.end('not sent')
    }),
    answer: { status: 204, base64: '' },
  },
  {
    id: 'event-stream-ended',
    claim: 'server-sent events that come to an end arrive together',
    source: 'contract 5.1 (no streaming: the whole response is one result)',
    standing: 'documented',
    app: () =>
      createApp().get('/', (_req, res) => {
        res.setHeader('Content-Type', 'text/event-stream')
        res.setHeader('Cache-Control', 'no-cache')
        res.flushHeaders()
        let count = 0
        const timer = setInterval(() => {
          res.write(`data: ${++count}\n\n`)
          if (count < 3) return
          clearInterval(timer)
          res.end()
        }, 1)
      }),
    answer: {
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
      text: 'data: 1\n\ndata: 2\n\ndata: 3\n\n',
    },
  },
]

/** @param {BufferEncoding} name @param {string} text @returns {Vector} */
function encoding(name, text) {
  return {
    id: `write-${name}`,
    claim: `write() honours the encoding ${name}`,
    source: 'Node: response.write; peers A3',
    standing: 'documented',
    app: serves((_req, res) => {
      res.setHeader('Content-Type', 'application/octet-stream')
      res.write(text, name)
      res.end()
    }),
    answer: { status: 200, base64: Buffer.from(text, name).toString('base64') },
  }
}

/**
 * @param {string} id
 * @param {(res: ServerResponse) => void | Promise<void>} write
 * @param {unknown} text
 * @param {string} what
 * @param {string} [source]
 * @returns {Vector}
 */
function writes(id, write, text, what, source = 'Node: http.ServerResponse; peers A3') {
  return {
    id,
    claim: `the client gets ${what}`,
    source,
    standing: 'documented',
    app: serves((_req, res) => {
      res.setHeader('Content-Type', 'text/plain')
      void write(res)
    }),
    answer: { status: 200, text },
  }
}
