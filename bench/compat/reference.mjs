// The judge: what the same listeners answer behind a load balancer that calls Lambda, when nothing of an adapter is in
// between. Each ALB event is played to a real `http.Server` over a loopback connection, and its answer made a result.
//
// Written from the contract between ALB and Lambda and from nothing of express-alb. It is no adapter to deploy: it takes a
// port and a connection for each request. `local-alb/register` loads it as it loads any adapter (`LOCAL_ALB_ADAPTER`).
import { once } from 'node:events'
import { createServer, request } from 'node:http'

/**
 * @typedef {object} AlbEvent
 * @property {string} httpMethod
 * @property {string} path
 * @property {Record<string, string>} [queryStringParameters]
 * @property {Record<string, string[]>} [multiValueQueryStringParameters]
 * @property {Record<string, string>} [headers]
 * @property {Record<string, string[]>} [multiValueHeaders]
 * @property {string} body
 * @property {boolean} isBase64Encoded
 */

/** More than the 64 KB of a request and the 32 KB of a response that a load balancer takes. */
const HEADER_LIMIT = 131_072

/** RFC 9110, section 7.6.1: they concern one connection. A load balancer drops them. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** @param {import('node:http').RequestListener} listener */
export function createHandler(listener) {
  /** @param {AlbEvent} event @param {{ getRemainingTimeInMillis(): number }} context */
  return async (event, context) => {
    // A health check has no Host.
    const options = { maxHeaderSize: HEADER_LIMIT, requireHostHeader: false }
    const server = createServer(options, listener)
    // Both families, as `app.listen(port)` does: the peer is ::ffff:127.0.0.1.
    server.listen(0).unref()
    await once(server, 'listening')
    try {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis()))
      return await play(event, port, signal)
    } finally {
      // The listener may still be at work: its connection ends by itself.
      server.close()
    }
  }
}

/** @param {AlbEvent} event @param {number} port @param {AbortSignal} signal */
async function play(event, port, signal) {
  const body = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8')
  const req = request({
    host: '127.0.0.1',
    port,
    method: event.httpMethod,
    path: toBytes(event.path + toQuery(event)),
    setHost: false,
    agent: false,
    maxHeaderSize: HEADER_LIMIT,
    signal,
  })
  // What Node's client adds of its own.
  for (const name of ['connection', 'content-length', 'transfer-encoding']) req.removeHeader(name)
  /** @type {Record<string, string | string[]>} */
  const fields = event.multiValueHeaders ?? event.headers ?? {}
  for (const [name, value] of Object.entries(fields)) {
    req.setHeader(name, typeof value === 'string' ? toBytes(value) : value.map(toBytes))
  }
  // The load balancer has read the body to its end and put away a chunked framing: the length is known. An empty body of
  // these methods has one as well (RFC 9110, section 8.6).
  const expectsBody = ['POST', 'PUT', 'PATCH'].includes(event.httpMethod)
  if (body.length > 0 || expectsBody || req.hasHeader('content-length')) {
    req.setHeader('content-length', body.length)
  }
  req.end(body)
  const res = await answerTo(req)
  return toResult(res, Buffer.concat(await res.toArray()), event.multiValueHeaders !== undefined)
}

/** @param {import('node:http').ClientRequest} req @returns {Promise<import('node:http').IncomingMessage>} */
function answerTo(req) {
  return new Promise((resolve, reject) => {
    req.on('response', resolve)
    req.on('error', reject)
    req.on('close', () => reject(new Error('The connection was closed without a response')))
  })
}

/** Nothing in it was decoded. @param {AlbEvent} event */
function toQuery({ queryStringParameters, multiValueQueryStringParameters }) {
  const parameters = Object.entries(
    multiValueQueryStringParameters ?? queryStringParameters ?? {},
  ).flatMap(([name, values]) => [values].flat().map((value) => `${name}=${value}`))
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`
}

/** @param {import('node:http').IncomingMessage} res @param {Buffer} body @param {boolean} multi */
function toResult({ statusCode, statusMessage, rawHeaders, headers }, body, multi) {
  const text = headers['content-encoding'] === undefined ? toText(body) : undefined
  const fields = toFields(rawHeaders)
  return {
    statusCode,
    statusDescription: `${statusCode} ${statusMessage || 'Unknown'}`,
    ...(multi
      ? { multiValueHeaders: Object.fromEntries(fields) }
      : { headers: Object.fromEntries(fields.flatMap(toSingleValues)) }),
    body: text ?? body.toString('base64'),
    isBase64Encoded: text === undefined,
  }
}

/** Each name as it was first written, with all its values. @param {readonly string[]} raw */
function toFields(raw) {
  /** @type {Map<string, [name: string, values: string[]]>} */
  const fields = new Map()
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    const key = name.toLowerCase()
    if (HOP_BY_HOP.has(key)) continue
    const field = fields.get(key) ?? [name, []]
    field[1].push(toText(Buffer.from(value, 'latin1')) ?? value)
    fields.set(key, field)
  }
  return [...fields.values()]
}

/**
 * Cookies cannot be joined (RFC 6265, section 3). Names that differ in case are fields of their own for a load balancer.
 *
 * @param {[name: string, values: string[]]} field @returns {[string, string][]}
 */
function toSingleValues([name, values]) {
  if (name.toLowerCase() !== 'set-cookie') return [[name, values.join(', ')]]
  return values.map((value, number) => [spelling('set-cookie', number), value])
}

/** The letters as the bits of a number say. @param {string} name @param {number} number */
function spelling(name, number) {
  let bits = number
  return name.replaceAll(/[a-z]/g, (letter) => {
    const upper = bits % 2 === 1
    bits = Math.floor(bits / 2)
    return upper ? letter.toUpperCase() : letter
  })
}

/** Node writes one byte for each character. @param {string} text */
function toBytes(text) {
  return Buffer.from(text, 'utf8').toString('latin1')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @param {Buffer} bytes @returns {string | undefined} none when they are not UTF-8 */
function toText(bytes) {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
