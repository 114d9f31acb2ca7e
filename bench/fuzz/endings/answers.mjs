// Routes that answer with what they have.
import fc from 'fast-check'
import { anyPause, waited } from '../part.mjs'

/** @typedef {import('../part.mjs').Pause} Pause */

const words = fc.constantFrom(
  '',
  'short',
  'caf\u00E9 \u20AC \u{1F600}',
  'again and again '.repeat(200),
)
const statuses = fc.constantFrom(200, 201, 202, 204, 206, 304, 400, 404, 500)

/** @type {import('../part.mjs').Kinds} */
export const ANSWERS = {
  'res.json': {
    choice: fc.record({ status: statuses, text: words }),
    make:
      (/** @type {{ status: number, text: string }} */ { status, text }) =>
      (req, res) => {
        res.status(status).json({ text, body: req.body, query: req.query, params: req.params })
      },
  },
  'res.send of text': {
    choice: words,
    make: (/** @type {string} */ text) => (_req, res) => {
      res.send(text)
    },
  },
  'res.send of bytes': {
    choice: fc.uint8Array({ maxLength: 40 }).map((bytes) => [...bytes]),
    make: (/** @type {number[]} */ bytes) => (_req, res) => {
      res.type('png').send(Buffer.from(bytes))
    },
  },
  'res.sendStatus': {
    choice: statuses,
    make: (/** @type {number} */ status) => (_req, res) => {
      res.sendStatus(status)
    },
  },
  'res.redirect': {
    choice: fc.constantFrom('/', 'next?a=b c', '../up', 'https://example.org/\u00E9', '//cdn/x'),
    make: (/** @type {string} */ url) => (_req, res) => {
      res.redirect(url)
    },
  },
  'res.format': {
    make: () => (_req, res) => {
      res.format({ text: () => res.send('text'), json: () => res.send({ a: 1 }) })
    },
  },
  'res.jsonp': {
    make: () => (_req, res) => {
      res.jsonp({ a: '\u2028' })
    },
  },
  'res.render': {
    make: () => (req, res, next) => {
      const { app } = req
      app.engine('txt', (/** @type {string} */ path, _options, done) =>
        done(null, `rendered ${path.slice(-7)}`),
      )
      res.render('page.txt', (/** @type {unknown} */ error, /** @type {string} */ text) => {
        if (error) next(error)
        else res.send(text)
      })
    },
  },
  'res.end': {
    choice: fc.record({ text: words, pause: anyPause }),
    bare: true,
    make:
      (/** @type {{ text: string, pause: Pause }} */ { text, pause }) =>
      (_req, res) => {
        void waited(pause).then(() => res.end(text))
      },
  },
  'res.writeHead and pieces': {
    choice: fc.record({
      status: statuses,
      length: fc.boolean(),
      pieces: fc.array(fc.record({ text: words, pause: anyPause }), { maxLength: 4 }),
    }),
    bare: true,
    weight: 8,
    make:
      (
        /** @type {{ status: number, length: boolean, pieces: { text: string, pause: Pause }[] }} */ choice,
      ) =>
      async (_req, res) => {
        const all = choice.pieces.map(({ text }) => text).join('')
        const length = { 'Content-Length': Buffer.byteLength(all) }
        // With 204 and 304 a length would be of something else.
        const known = choice.length && choice.status !== 204 && choice.status !== 304
        res.writeHead(choice.status, { 'Content-Type': 'text/plain', ...(known && length) })
        for (const { text, pause } of choice.pieces) {
          res.write(text)
          await waited(pause)
        }
        res.end()
      },
  },
  'flushes the head first': {
    choice: anyPause,
    bare: true,
    make: (/** @type {Pause} */ pause) => async (req, res) => {
      // Node throws for trailers where there can be none.
      const hasTrailers = req.method !== 'HEAD'
      if (hasTrailers) res.setHeader('Trailer', 'X-Sum')
      res.flushHeaders()
      await waited(pause)
      if (hasTrailers) res.addTrailers({ 'X-Sum': '1' })
      res.end('flushed')
    },
  },
  'sends interim responses': {
    choice: anyPause,
    bare: true,
    make: (/** @type {Pause} */ pause) => async (_req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.writeProcessing()
      await waited(pause)
      res.end('at last')
    },
  },
  'answers before the upload is read': {
    bare: true,
    make:
      (_choice, { note }) =>
      (req, res) => {
        res.end('early')
        req.on('data', (piece) => note(`data ${piece.length}`))
      },
  },
  'answers twice': {
    choice: anyPause,
    weight: 2,
    make: (/** @type {Pause} */ pause) => async (_req, res) => {
      res.send('first')
      await waited(pause)
      res.send('second')
    },
  },
  'passes on': { bare: true, weight: 2, make: () => (_req, _res, next) => next() },
}
