// What a web-adapter sidecar does: the event becomes an HTTP request to a real server on 127.0.0.1, over a connection
// that is kept, and the response becomes the result. Server and client share the process here; a sidecar has its own.
import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'

/** Fields that are true of one connection only (RFC 9110, section 7.6.1), and a length that the ALB sets itself. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener) {
  const server = createServer(listener)
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  const listening = once(server, 'listening')
  const agent = new Agent({ keepAlive: true })
  return async (event) => {
    if (!server.listening) await listening
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    const outgoing = request({
      host: '127.0.0.1',
      port,
      agent,
      method: event.httpMethod,
      path: event.path + toQuery(event),
      headers: event.headers ?? unlisted(event.multiValueHeaders ?? {}),
    })
    outgoing.end(Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'))
    const [incoming] = /** @type {[import('node:http').IncomingMessage]} */ (
      await once(outgoing, 'response')
    )
    /** @type {Buffer[]} */
    const chunks = []
    for await (const chunk of incoming) chunks.push(/** @type {Buffer} */ (chunk))
    return toResult(incoming, Buffer.concat(chunks), event.multiValueHeaders !== undefined)
  }
}

/** Node's client wants one host, not a list of one. @param {Record<string, string[]>} lists */
function unlisted(lists) {
  return Object.fromEntries(
    Object.entries(lists).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  )
}

/** @param {import('../event.mjs').AlbEvent} event */
function toQuery({ queryStringParameters, multiValueQueryStringParameters }) {
  const pairs = Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {})
  const pieces = pairs.flatMap(([name, held]) => [held].flat().map((value) => `${name}=${value}`))
  return pieces.length > 0 ? `?${pieces.join('&')}` : ''
}

/** @param {import('node:http').IncomingMessage} incoming @param {Buffer} bytes @param {boolean} isMulti */
function toResult({ statusCode, headers, headersDistinct }, bytes, isMulti) {
  const isText = headers['content-encoding'] === undefined && isUtf8(bytes)
  const fields = Object.entries(headersDistinct).filter(([name]) => !HOP_BY_HOP.has(name))
  return {
    statusCode,
    ...(isMulti
      ? { multiValueHeaders: Object.fromEntries(fields) }
      : // The last counts, as for everybody in this mode.
        { headers: Object.fromEntries(fields.map(([name, values]) => [name, values?.at(-1)])) }),
    body: bytes.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  }
}
