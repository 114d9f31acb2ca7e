// The judge: the same app on Node's own HTTP server, asked over a connection.
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { forward } from './event.mjs'
import { listenerOf, requestsOf, settle } from './observe.mjs'

/** A real server that has not answered by then never will. */
const BOUND_MS = 2000

/**
 * What the app sees and the client gets without any load balancer or function.
 *
 * @param {import('./vector.mjs').Vector} vector
 * @param {import('./vector.mjs').Mode} mode
 * @returns {Promise<import('./observe.mjs').View>}
 */
export async function observeNode(vector, mode) {
  /** @type {Record<string, unknown>} */
  const seen = {}
  const see = (/** @type {Record<string, unknown>} */ facts) => void Object.assign(seen, facts)
  // A load balancer's health check has no host.
  const server = createServer({ requireHostHeader: false }, listenerOf(vector, see))
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(undefined))
  })
  try {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    const exchanges = await Promise.all(
      requestsOf(vector).map((request) => ask(port, forward(request, request.mode ?? mode))),
    )
    await settle()
    return { exchanges, seen: plain(seen) }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/**
 * @param {number} port
 * @param {import('./event.mjs').Forwarded} forwarded
 * @returns {Promise<import('./observe.mjs').Exchange>}
 */
async function ask(port, { method, path, query, headers, body }) {
  const pieces = query.map(([name, value]) => `${name}=${value}`)
  const target = pieces.length === 0 ? path : `${path}?${pieces.join('&')}`
  const isFramed = headers.some(([name]) => name === 'content-length')
  const isChunked = body.length > 0 && !isFramed
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  if (isChunked) lines.push('transfer-encoding: chunked\r\n')
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(BOUND_MS, () => socket.destroy())
  const size = `${body.length.toString(16)}\r\n`
  socket.write(
    isChunked ? Buffer.concat([head, Buffer.from(size), body, END]) : Buffer.concat([head, body]),
  )
  /** @type {Buffer[]} */
  const received = []
  try {
    for await (const chunk of socket) {
      received.push(/** @type {Buffer} */ (chunk))
      // The connection stays open: a header that asked for its end would be seen by the app.
      const response = parse(Buffer.concat(received), method)
      if (response !== undefined) return { outcome: 'answered', response }
    }
  } catch {
    // A reset, as its absent answer tells.
  }
  return { outcome: 'reset' }
}

const END = Buffer.from('\r\n0\r\n\r\n')

/**
 * @param {Buffer} wire
 * @param {string} method
 * @returns {import('./result.mjs').Response | undefined} nothing for a response that is not whole
 */
function parse(wire, method) {
  const end = wire.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = wire.toString('latin1', 0, end).split('\r\n')
  const [, digits = '', phrase = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(statusLine) ?? []
  const status = Number(digits)
  const rest = wire.subarray(end + 4)
  if (status < 200) return parse(rest, method)
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return /** @type {[string, string]} */ ([
      line.slice(0, colon).toLowerCase(),
      line.slice(colon + 1).trim(),
    ])
  })
  const field = (/** @type {string} */ wanted) => headers.find(([name]) => name === wanted)?.[1]
  const isBodyless = method === 'HEAD' || status === 204 || status === 304
  const length = field('content-length')
  const isChunked = field('transfer-encoding') === 'chunked'
  const body = isBodyless ? Buffer.alloc(0) : isChunked ? unchunk(rest) : rest
  if (body === undefined) return undefined
  if (!isBodyless && !isChunked && body.length < Number(length)) return undefined
  return { status, phrase, headers, base64: body.toString('base64') }
}

/** @param {Buffer} wire @returns {Buffer | undefined} nothing when the last chunk is missing */
function unchunk(wire) {
  /** @type {Buffer[]} */
  const chunks = []
  for (let at = 0; ;) {
    const lineEnd = wire.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(wire.toString('latin1', at, lineEnd), 16)
    if (at + size > wire.length) return undefined
    if (size === 0) return Buffer.concat(chunks)
    chunks.push(wire.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}

/** As it would come out of another process. @param {Record<string, unknown>} seen */
function plain(seen) {
  return /** @type {Record<string, unknown>} */ (JSON.parse(JSON.stringify(seen)))
}
