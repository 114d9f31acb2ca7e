// Routes that answer with files.
import { join } from 'node:path'
import fc from 'fast-check'

const names = fc.constantFrom('page.html', 'data.bin', 'empty.txt', 'missing.txt', '.hidden')

/** @type {import('../part.mjs').Kinds} */
export const FILES = {
  'res.sendFile': {
    choice: fc.record({ name: names, etag: fc.boolean(), acceptRanges: fc.boolean() }),
    weight: 8,
    make:
      (/** @type {{ name: string }} */ { name, ...options }, { folder }) =>
      (_req, res) => {
        res.sendFile(name, { ...options, root: folder })
      },
  },
  'res.sendFile with a callback': {
    choice: names,
    make:
      (/** @type {string} */ name, { folder, note }) =>
      (_req, res) => {
        res.sendFile(join(folder, name), (error) => {
          note(`sent: ${error ? error.message.replace(folder, '') : 'done'}`)
          if (error && !res.headersSent) res.sendStatus(404)
        })
      },
  },
  'res.download': {
    choice: names,
    make:
      (/** @type {string} */ name, { folder }) =>
      (_req, res) => {
        // Of Latin-1 letters Node makes others where it knows the length (lib/_http_outgoing.js, isContentDispositionField).
        res.download(join(folder, name), '\u20AC.txt')
      },
  },
  'res.attachment': {
    make: () => (_req, res) => {
      res.attachment('a "b".csv').send('a,b\n')
    },
  },
}
