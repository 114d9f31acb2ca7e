// The least a pair of stock objects costs: what no adapter that gives the app Node's own classes can go below.
// It makes nothing of the answer, keeps no bytes and names no peer.
import { EventEmitter } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'

export const ungated = true

/** What IncomingMessage and ServerResponse ask of a socket, and no more. */
class StubSocket extends EventEmitter {
  readable = true
  writable = true
  _writableState = {}

  resume() {}
  cork() {}
  uncork() {}
  destroy() {}

  /** @param {unknown} _chunk @param {unknown} encoding @param {unknown} [callback] */
  write(_chunk, encoding, callback) {
    const done = typeof encoding === 'function' ? encoding : callback
    if (typeof done === 'function') process.nextTick(done)
    return true
  }
}

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener) {
  return async (event) => {
    const { req, res } = toStockPair(event)
    await new Promise((resolve) => {
      res.on('finish', resolve)
      listener(req, res)
    })
    return { statusCode: res.statusCode, headers: {}, body: '', isBase64Encoded: false }
  }
}

/** The request that an event stands for and its response, over the stub. @param {import('../event.mjs').AlbEvent} event */
export function toStockPair(event) {
  const socket = /** @type {import('node:net').Socket} */ (
    /** @type {unknown} */ (new StubSocket())
  )
  const req = new IncomingMessage(socket)
  req.method = event.httpMethod
  req.url = urlOf(event)
  req.httpVersion = '1.1'
  req.httpVersionMajor = 1
  req.httpVersionMinor = 1
  req.headers = event.headers ?? joined(event.multiValueHeaders ?? {})
  if (event.body !== '') {
    req.push(Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'))
  }
  req.push(null)
  const res = new ServerResponse(req)
  res.assignSocket(socket)
  return { req, res }
}

/** @param {import('../event.mjs').AlbEvent} event */
function urlOf(event) {
  const { queryStringParameters: single, multiValueQueryStringParameters: multi } = event
  let url = event.path
  let mark = '?'
  for (const name in single) {
    url += `${mark}${name}=${single[name]}`
    mark = '&'
  }
  for (const name in multi) {
    for (const value of multi[name] ?? []) {
      url += `${mark}${name}=${value}`
      mark = '&'
    }
  }
  return url
}

/** @param {Record<string, string[]>} lists */
function joined(lists) {
  /** @type {Record<string, string | undefined>} */
  const headers = {}
  for (const name in lists) {
    const values = lists[name] ?? []
    headers[name] = values.length === 1 ? values[0] : values.join(', ')
  }
  return headers
}
