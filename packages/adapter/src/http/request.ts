import type { IncomingMessage } from 'node:http'
import { fieldLines, isLineOf, type RequestParts } from '../parts.js'
import type { Connection } from './exchange.js'
import type { Messages } from './messages.js'

/** A request, with the members of IncomingMessage that its types leave out. */
export interface Request extends IncomingMessage {
  upgrade?: boolean
  _addHeaderLines(rawHeaders: string[], count: number): void
  _dump(): void
  _dumped: boolean
  _consuming: boolean
  readonly _eventsCount: number
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
  socket: Connection,
  messages: Messages,
): Request {
  // A connection has what IncomingMessage uses of a Socket.
  const req = new messages.Request(socket as never) as Request
  req.httpVersion = '1.1'
  req.httpVersionMajor = req.httpVersionMinor = 1
  req.method = parts.method
  req.url = parts.target
  // Node's parser says false; the constructor, null.
  req.upgrade = false
  supplyContentLength(parts)
  // Node's own bookkeeping: `headers`, `headersDistinct` and the joining of repeated fields follow.
  req._addHeaderLines(parts.rawHeaders, parts.rawHeaders.length)
  // Without a map Node makes one when it is asked for.
  req.headers = parts.headers as never
  return req
}

/**
 * A body needs a length: a chunked upload comes out of the load balancer without `content-length`
 * and without `transfer-encoding`, and body parsers would see a request without a body. POST, PUT and
 * PATCH anticipate one, so their absent body has length 0 (RFC 9110, section 8.6); GET gets none.
 */
function supplyContentLength({ method, rawHeaders, headers, body }: RequestParts): void {
  const given = (name: string): string | undefined =>
    headers ? headers[name] : fieldLines(rawHeaders, name)[0]
  if (given('transfer-encoding')) return
  // A parser stops reading at the length announced, so that and what arrives are one.
  const length = String(body.length)
  const expected = body.length || /^P(OST|UT|ATCH)$/.test(method)
  if (given('content-length') === (expected ? length : undefined)) return
  const index = rawHeaders.findIndex(isLineOf(rawHeaders, 'content-length'))
  rawHeaders.splice(index < 0 ? Infinity : index - 1, 2, 'content-length', length)
  if (headers) headers['content-length'] = length
}

/** Whether nobody listens to the request, has read of it or has asked it to flow. */
export function isUntouched(req: Request): boolean {
  // The count that eventNames() would have; making the names takes longer than all the rest of this.
  return req._eventsCount === 0 && isUnread(req)
}

function isUnread(req: Request): boolean {
  return !req._consuming && !req._readableState.resumeScheduled
}

/** Reads off what the app left of the body, as Node's server does, so that `end` and `close` come. */
export function drainRequest(req: Request): void {
  if (isUnread(req)) req._dump()
}

/**
 * Ends a request that nobody touched: nobody can hear `end` and `close`, so only the state they
 * would leave is set. Node has the same short cut (`IncomingMessage._dumpAndCloseReadable`, Node 24).
 */
export function dismissRequest(req: Request): void {
  const state = req._readableState
  req._dumped = req.complete = true
  state.ended = state.endEmitted = state.destroyed = state.closed = state.closeEmitted = true
}
