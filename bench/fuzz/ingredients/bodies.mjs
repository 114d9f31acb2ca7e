// What reads the body of a request.
import fc from 'fast-check'
import bodyParser from 'body-parser'
import multer from 'multer'
import { anyPause, waited } from '../part.mjs'

/** @type {import('../part.mjs').Kinds} */
export const BODIES = {
  'express.json': {
    choice: fc.record({ strict: fc.boolean(), limit: fc.constantFrom('40b', '100kb') }),
    make: (choice, { express }) => express.json(choice),
  },
  'express.urlencoded': {
    choice: fc.record({ extended: fc.boolean() }),
    make: (choice, { express }) => express.urlencoded(choice),
  },
  'body-parser text': {
    choice: fc.record({ type: fc.constantFrom('text/*', '*/*'), inflate: fc.boolean() }),
    bare: true,
    make: (choice) => bodyParser.text(choice),
  },
  'body-parser raw': {
    choice: fc.record({ type: fc.constantFrom('application/octet-stream', '*/*') }),
    bare: true,
    make: (choice) => bodyParser.raw(choice),
  },
  multer: { bare: true, make: () => multer().any() },
  'reads the body itself': {
    choice: anyPause,
    bare: true,
    make:
      (/** @type {import('../part.mjs').Pause} */ choice, { note }) =>
      (req, _res, next) => {
        const read = async () => {
          await waited(choice)
          let length = 0
          for await (const piece of req) length += piece.length
          note(`read ${length} bytes`)
        }
        // oxlint-disable-next-line promise/no-callback-in-promise -- Express 4 looks at no promise
        read().then(() => next(), next)
      },
  },
  'resumes the request': {
    weight: 1,
    bare: true,
    make: () => (req, _res, next) => {
      // A body that flows while other middleware waits is a race of the app's own with the network.
      if (req.headers['content-length'] === undefined) req.resume()
      next()
    },
  },
  'pauses the request': {
    choice: anyPause,
    weight: 1,
    bare: true,
    make: (/** @type {import('../part.mjs').Pause} */ choice) => async (req, _res, next) => {
      req.pause()
      await waited(choice)
      if (req.headers['content-length'] === undefined) req.resume()
      next()
    },
  },
}
