// Apps that many vectors share.
import express5 from 'express'
import express4 from 'express4'

/**
 * @typedef {import('./vector.mjs').See} See
 * @typedef {import('node:http').IncomingMessage} IncomingMessage
 */

/** @typedef {typeof express5} Express */

/** Both majors. Their types agree on what is used here. */
export const EXPRESS = [
  { major: 5, express: express5 },
  { major: 4, express: /** @type {Express} */ (/** @type {unknown} */ (express4)) },
]

/** An app whose error page says no more than the status. @param {Express} [express] */
export function createApp(express = express5) {
  const app = express()
  app.set('env', 'production')
  return app
}

/**
 * Reads the request to its end and reports it.
 *
 * @param {See} see
 * @returns {import('./vector.mjs').Listener}
 */
export function reporter(see) {
  return (req, res) => {
    see(describe(req))
    read(req, (bytes) => {
      see({ base64: bytes.toString('base64'), complete: req.complete })
      res.end('read')
    })
  }
}

/** @param {IncomingMessage} req @param {(bytes: Buffer) => void} done */
export function read(req, done) {
  /** @type {Buffer[]} */
  const chunks = []
  req.on('data', (chunk) => chunks.push(/** @type {Buffer} */ (chunk)))
  // Once: an adapter that ends a body twice fails the vector about that, not all of them.
  req.once('end', () => {
    done(Buffer.concat(chunks))
  })
}

/**
 * Names of raw headers are lower-case in every event and their order is the load balancer's, so neither is told.
 *
 * @param {IncomingMessage} req
 */
function describe(req) {
  const { method, url, headers, rawHeaders, httpVersion } = req
  return {
    method,
    url,
    httpVersion,
    headers,
    distinct: req.headersDistinct,
    raw: rawHeaders
      .flatMap((name, i) =>
        i % 2 === 0 ? [`${name.toLowerCase()}: ${String(rawHeaders[i + 1])}`] : [],
      )
      .toSorted(),
    hasLength: 'content-length' in headers,
  }
}

/** An app that answers with bytes. @param {Record<string, string>} headers @param {Buffer | string} body */
export function sends(headers, body) {
  return () =>
    /** @type {import('./vector.mjs').Listener} */
    (
      (_req, res) => {
        for (const name in headers) res.setHeader(name, headers[name] ?? '')
        res.end(body)
      }
    )
}

/** An app of one listener. @param {import('./vector.mjs').Listener} listener */
export function serves(listener) {
  return () => listener
}
