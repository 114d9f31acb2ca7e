// Reading a body: every style of stream gives the same bytes.
import { once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Request} Request
 * @typedef {import('node:http').IncomingMessage} IncomingMessage
 */

/** More than a stream's buffer holds. */
const LARGE = Buffer.alloc(300_000, Buffer.from(Array.from({ length: 256 }, (_, i) => i)))

/** @type {Vector[]} */
export const reading = [
  reads('read-for-await', async (req) => {
    const chunks = []
    for await (const chunk of req) chunks.push(/** @type {Buffer} */ (chunk))
    return Buffer.concat(chunks)
  }),
  reads('read-consumer', (req) => buffer(req)),
  reads('read-pipe', (req) => buffer(req.pipe(new PassThrough()))),
  reads('read-pipeline', async (req) => {
    /** @type {Buffer[]} */
    const chunks = []
    const write = (
      /** @type {Buffer} */ chunk,
      /** @type {any} */ _,
      /** @type {() => void} */ done,
    ) => {
      chunks.push(chunk)
      setImmediate(done)
    }
    await pipeline(req, new Writable({ write }))
    return Buffer.concat(chunks)
  }),
  reads('read-late', async (req) => {
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
    return buffer(req)
  }),
  reads('read-paused', async (req) => {
    req.pause()
    setTimeout(() => req.resume(), 5)
    /** @type {Buffer[]} */
    const chunks = []
    req.on('data', (chunk) => chunks.push(/** @type {Buffer} */ (chunk)))
    await once(req, 'end')
    return Buffer.concat(chunks)
  }),
  reads('read-readable', async (req) => {
    /** @type {Buffer[]} */
    const chunks = []
    req.on('readable', () => {
      for (;;) {
        const chunk = /** @type {Buffer | null} */ (req.read())
        if (chunk === null) break
        chunks.push(chunk)
      }
    })
    await once(req, 'end')
    return Buffer.concat(chunks)
  }),
  {
    id: 'read-encoding',
    claim: 'setEncoding gives strings that no character is cut in',
    source: 'Node: readable.setEncoding',
    standing: 'documented',
    request: post('text/plain', '👋'.repeat(30_000)),
    app: (see) => async (req, res) => {
      req.setEncoding('utf8')
      const read = await text(req)
      see({ length: read.length, isWhole: !read.includes('\ufffd') })
      res.end()
    },
    sees: { length: 60_000, isWhole: true },
  },
  {
    id: 'read-not',
    claim: 'an app may answer without reading the body',
    source: 'Node: an unread body is dumped',
    standing: 'documented',
    request: post('image/png', LARGE),
    app: () => (_req, res) => void res.end('not read'),
    answer: { status: 200, text: 'not read' },
  },
]

/** @param {string} type @param {string | Buffer} content @returns {Request} */
function post(type, content) {
  return { method: 'POST', headers: [['content-type', type]], body: content }
}

/** @param {string} id @param {(req: IncomingMessage) => Promise<Buffer>} readAll @returns {Vector} */
function reads(id, readAll) {
  return {
    id,
    claim: 'a large body can be read this way',
    source: 'Node: stream.Readable',
    standing: 'documented',
    request: post('image/png', LARGE),
    app: (see) => async (req, res) => {
      const content = await readAll(req)
      see({ isRight: content.equals(LARGE) })
      res.end('read')
    },
    sees: { isRight: true },
    answer: { status: 200, text: 'read' },
  }
}
