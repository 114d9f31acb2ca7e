// A client of one request: sends bytes, tidies nothing, and reads the response by RFC 9112 alone.
import { connect } from 'node:net'

const NONE = Buffer.alloc(0)

/**
 * Sends the bytes over a connection of their own. The connection stays open until `close`: what an app still does after
 * its answer must not be mixed up with what a client that leaves does to it.
 *
 * @param {number} port
 * @param {Buffer} bytes
 * @param {string} method
 * @param {number} patienceMs how long to wait for the end of the response
 * @returns {Promise<{ response: import('./message.mjs').Response, close: () => void }>}
 */
export async function send(port, bytes, method, patienceMs) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let received = NONE
  /** @type {import('./message.mjs').Response} */
  const response = await new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ ...read(received, method, false), end: 'silent' })
    }, patienceMs)
    const look = (/** @type {boolean} */ ended) => {
      const seen = read(received, method, ended)
      if (seen.end !== 'complete' && !ended) return
      clearTimeout(timer)
      resolve(seen)
    }
    socket.on('data', (piece) => {
      received = Buffer.concat([received, piece])
      look(false)
    })
    // A reset is an end like any other; 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      look(true)
    })
    socket.write(bytes)
  })
  return { response, close: () => socket.destroy() }
}

/**
 * @param {Buffer} bytes
 * @param {string} method
 * @param {boolean} ended whether no more will come
 * @returns {import('./message.mjs').Response}
 */
export function read(bytes, method, ended) {
  /** @type {number[]} */
  const interim = []
  for (let start = 0; ;) {
    const end = bytes.indexOf('\r\n\r\n', start)
    if (end === -1) {
      return { end: 'none', interim, status: 0, reason: '', fields: [], body: NONE, trailers: [] }
    }
    const [statusLine = '', ...lines] = bytes.toString('latin1', start, end).split('\r\n')
    const [, code = '0', reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/s.exec(statusLine) ?? []
    const status = Number(code)
    start = end + 4
    if (status >= 100 && status < 200) {
      interim.push(status)
      continue
    }
    const fields = lines.map(toField)
    const content = readContent(bytes.subarray(start), fields, method, status, ended)
    return { interim, status, reason, fields, ...content }
  }
}

/**
 * @param {string} line
 * @returns {[name: string, value: string]}
 */
function toField(line) {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')]
}

/**
 * RFC 9112, section 6.3.
 *
 * @param {Buffer} rest
 * @param {import('./message.mjs').Fields} fields
 * @param {string} method
 * @param {number} status
 * @param {boolean} ended
 * @returns {Pick<import('./message.mjs').Response, 'end' | 'body' | 'trailers'>}
 */
function readContent(rest, fields, method, status, ended) {
  const valueOf = (/** @type {string} */ wanted) =>
    fields.find(([name]) => name.toLowerCase() === wanted)?.[1]
  if (method === 'HEAD' || status === 204 || status === 304) {
    return { end: 'complete', body: NONE, trailers: [] }
  }
  if (/chunked\s*$/i.test(valueOf('transfer-encoding') ?? '')) return readChunks(rest)
  const length = valueOf('content-length')
  if (length === undefined) return { end: ended ? 'complete' : 'cut', body: rest, trailers: [] }
  const body = rest.subarray(0, Number(length))
  return { end: body.length === Number(length) ? 'complete' : 'cut', body, trailers: [] }
}

/** @param {Buffer} framed */
function readChunks(framed) {
  /** @type {Buffer[]} */
  const chunks = []
  const cut = () => ({
    end: /** @type {const} */ ('cut'),
    body: Buffer.concat(chunks),
    trailers: [],
  })
  for (let start = 0; ;) {
    const lineEnd = framed.indexOf('\r\n', start)
    if (lineEnd === -1) return cut()
    const text = framed.toString('latin1', start, lineEnd)
    // What breaks the framing ends it.
    if (!/^[\da-f]+$/i.test(text)) return cut()
    const size = Number.parseInt(text, 16)
    if (size === 0) {
      const end = framed.indexOf('\r\n\r\n', lineEnd)
      if (end === -1) return cut()
      const lines = framed
        .toString('latin1', lineEnd, end)
        .split('\r\n')
        .filter((line) => line !== '')
      return {
        end: /** @type {const} */ ('complete'),
        body: Buffer.concat(chunks),
        trailers: lines.map(toField),
      }
    }
    chunks.push(framed.subarray(lineEnd + 2, lineEnd + 2 + size))
    start = lineEnd + 2 + size + 2
  }
}
