// What replaces methods of a response or a request, as so much middleware does.
import fc from 'fast-check'
import onFinished from 'on-finished'

/** @typedef {(...args: unknown[]) => never} Method */

/** @type {import('../part.mjs').Kinds} */
export const WRAPPERS = {
  'wraps res.end': {
    bare: true,
    make:
      (_choice, { note }) =>
      (_req, res, next) => {
        wrap(res, 'end', (end, args) => {
          note(`end(${args.map((arg) => typeof arg).join(', ')})`)
          return end(...args)
        })
        next()
      },
  },
  'buffers what is written': {
    bare: true,
    make: () => (_req, res, next) => {
      /** @type {Buffer[]} */
      const kept = []
      const keep = (/** @type {unknown} */ piece, /** @type {unknown} */ encoding) => {
        if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) return
        const code = typeof encoding === 'string' ? encoding : 'utf8'
        kept.push(Buffer.from(/** @type {string} */ (piece), /** @type {BufferEncoding} */ (code)))
      }
      wrap(res, 'write', (_write, [piece, encoding]) => {
        keep(piece, encoding)
        return true
      })
      wrap(res, 'end', (end, [piece, encoding]) => {
        keep(piece, encoding)
        // A length that is not the body's would be the app's own fault.
        if (!res.headersSent) res.removeHeader('Content-Length')
        return end(Buffer.concat(kept))
      })
      next()
    },
  },
  'wraps res.write': {
    bare: true,
    make:
      (_choice, { note }) =>
      (_req, res, next) => {
        wrap(res, 'write', (write, args) => {
          const accepted = write(...args)
          note(`write: ${String(accepted)}`)
          return accepted
        })
        next()
      },
  },
  'wraps res.writeHead': {
    bare: true,
    make: () => (_req, res, next) => {
      wrap(res, 'writeHead', (writeHead, args) => {
        res.setHeader('X-Status', String(args[0]))
        return writeHead(...args)
      })
      next()
    },
  },
  'wraps res.json': {
    make: () => (_req, res, next) => {
      wrap(res, 'json', (json, [value]) => json({ value }))
      next()
    },
  },
  'hooks on-finished': {
    choice: fc.constantFrom('req', 'res'),
    bare: true,
    make:
      (/** @type {'req' | 'res'} */ choice, { note }) =>
      (req, res, next) => {
        onFinished(choice === 'req' ? req : res, (error) => {
          const status = choice === 'res' ? `, status ${res.statusCode}` : ''
          note(`${choice} finished${status}${error ? `: ${error.message}` : ''}`)
        })
        next()
      },
  },
  'overrides the method': {
    bare: true,
    make: () => (req, _res, next) => {
      const wanted = req.headers['x-http-method-override']
      if (req.method === 'POST' && typeof wanted === 'string') req.method = wanted.toUpperCase()
      next()
    },
  },
  'rewrites the URL': {
    bare: true,
    weight: 1,
    make: () => (req, _res, next) => {
      req.url = req.url.replace('/old', '/')
      next()
    },
  },
}

/**
 * @param {object} target
 * @param {string} name
 * @param {(original: Method, args: unknown[]) => unknown} replacement
 */
function wrap(target, name, replacement) {
  const methods = /** @type {Record<string, (...args: unknown[]) => unknown>} */ (target)
  const original = /** @type {Method} */ (methods[name]?.bind(target))
  methods[name] = (...args) => replacement(original, args)
}
