// Routes that answer with streams.
import { pipeline, Readable, Transform } from 'node:stream'
import { createGzip } from 'node:zlib'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { anyPause, waited } from '../part.mjs'

/** @typedef {import('../part.mjs').Pause} Pause */
/** @typedef {{ pieces: number, size: number, pause: Pause }} Flow */

const flows = fc.record({
  pieces: fc.integer({ min: 0, max: 5 }),
  size: fc.constantFrom(1, 100, 20_000),
  pause: anyPause,
})

/** @param {Flow} flow */
async function* flow({ pieces, size, pause }) {
  for (let i = 0; i < pieces; i++) {
    yield Buffer.alloc(size, `${i}`)
    await waited(pause)
  }
}

/** @type {import('../part.mjs').Kinds} */
export const STREAMS = {
  'pipes a stream': {
    choice: flows,
    bare: true,
    make: (/** @type {Flow} */ choice) => (_req, res) => {
      Readable.from(flow(choice)).pipe(res)
    },
  },
  'pipeline through gzip': {
    choice: flows,
    bare: true,
    make:
      (/** @type {Flow} */ choice, { note }) =>
      (_req, res) => {
        res.setHeader('Content-Encoding', 'gzip')
        pipeline(Readable.from(flow(choice)), createGzip(), res, (error) => {
          note(`pipeline: ${error ? (error.code ?? error.message) : 'done'}`)
        })
      },
  },
  'pipeline that fails': {
    choice: flows,
    bare: true,
    make:
      (/** @type {Flow} */ choice, { note }) =>
      (req, res) => {
        // An answer without a body may be whole before its stream fails.
        if (req.method === 'HEAD') {
          res.end()
          return
        }
        const failing = new Transform({
          transform: (piece, _encoding, done) => done(null, piece),
          flush: (done) => done(new Error('at the end')),
        })
        pipeline(Readable.from(flow(choice)), failing, res, (error) => {
          note(`pipeline: ${error?.message}`)
        })
      },
  },
  'pipes the request back': {
    bare: true,
    make: () => (req, res) => {
      req.pipe(res)
    },
  },
  'transforms the request': {
    bare: true,
    make:
      (_choice, { note }) =>
      (req, res) => {
        const upper = new Transform({
          transform: (piece, _encoding, done) => done(null, String(piece).toUpperCase()),
        })
        pipeline(req, upper, res, (error) => note(`pipeline: ${error ? error.message : 'done'}`))
      },
  },
  'pipes a file': {
    bare: true,
    make:
      (_choice, { folder }) =>
      (_req, res) => {
        createReadStream(join(folder, 'page.html')).pipe(res)
      },
  },
  'writes until full, waits for drain': {
    bare: true,
    make: () => async (_req, res) => {
      for (let i = 0; i < 5; i++) {
        if (!res.write(Buffer.alloc(10_000, 'z'))) {
          await once(res, 'drain')
        }
      }
      res.end()
    },
  },
}
