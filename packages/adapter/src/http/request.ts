import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { RequestParts } from '../parts.js'
import type { Messages } from './messages.js'
import type { AppSocket } from './socket.js'

// Members of IncomingMessage that its types leave out.
interface Internals {
  _addHeaderLines(rawHeaders: string[], count: number): void
  _dump(): void
  _dumped: boolean
  _consuming: boolean
  readonly _readableState: {
    readonly resumeScheduled: boolean
    ended: boolean
    endEmitted: boolean
    destroyed: boolean
    closed: boolean
    closeEmitted: boolean
  }
}

/** The request as Node's own parser would have handed it to the app, its body still to come. */
export function toIncomingMessage(
  parts: RequestParts,
  socket: AppSocket,
  { Request }: Messages,
): IncomingMessage {
  // AppSocket has what IncomingMessage uses of a Socket: a duplex stream with an address.
  const req = new Request(socket as unknown as Socket)
  const { rawHeaders, headers } = parts
  req.httpVersion = '1.1'
  req.httpVersionMajor = 1
  req.httpVersionMinor = 1
  req.method = parts.method
  req.url = parts.target
  // Node's parser says false; the constructor, null.
  ;(req as { upgrade?: boolean }).upgrade = false
  supplyContentLength(parts)
  // Node's own bookkeeping: `headers`, `headersDistinct` and the joining of repeated fields follow.
  ;(req as unknown as Internals)._addHeaderLines(rawHeaders, rawHeaders.length)
  if (headers !== undefined) req.headers = headers
  return req
}

/**
 * A body needs a length: a chunked upload comes out of the load balancer without `content-length`
 * and without `transfer-encoding`, and body parsers would see a request without a body. POST, PUT and
 * PATCH anticipate one, so their absent body has length 0 (RFC 9110, section 8.6); GET gets none.
 */
function supplyContentLength({ method, rawHeaders, headers, body }: RequestParts): void {
  const expectsBody = body.length > 0 || method === 'POST' || method === 'PUT' || method === 'PATCH'
  const given = headers?.['content-length'] !== undefined
  if (headers !== undefined && !given && !expectsBody) return
  const length = String(body.length)
  if (headers !== undefined && headers['content-length'] === length) return
  let found = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase()
    if (name === 'transfer-encoding') return
    if (name === 'content-length') {
      // A parser stops reading at this length, so what it announces and what arrives are one.
      rawHeaders[i + 1] = length
      found = true
    }
  }
  if (!found && expectsBody) rawHeaders.push('content-length', length)
  if (headers !== undefined && (found || expectsBody)) headers['content-length'] = length
}

/** Hands over the body, as Node does once the listener has run. */
export function deliverBody(req: IncomingMessage, body: Buffer): void {
  if (body.length > 0) req.push(body)
  req.complete = true
  req.push(null)
}

/** Whether nobody has read of the request, listens to it or has asked it to flow. */
export function isUntouched(req: IncomingMessage): boolean {
  const internals = req as unknown as Internals
  return (
    !internals._consuming &&
    !internals._readableState.resumeScheduled &&
    req.eventNames().length === 0
  )
}

/**
 * Ends a request that nobody touched: nobody can hear `end` and `close`, so only the state they
 * would leave is set. Node has the same short cut (`IncomingMessage._dumpAndCloseReadable`, Node 24).
 */
export function dismissRequest(req: IncomingMessage): void {
  const internals = req as unknown as Internals
  const state = internals._readableState
  internals._dumped = true
  state.ended = state.endEmitted = state.destroyed = state.closed = state.closeEmitted = true
}

/**
 * Reads off what the app left of the body once the response is finished, as Node's server does, so
 * that `end` and `close` come.
 */
export function drainRequest(req: IncomingMessage): void {
  const internals = req as unknown as Internals
  if (!internals._consuming && !internals._readableState.resumeScheduled) internals._dump()
}
