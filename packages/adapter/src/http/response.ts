import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connection } from './exchange.js'
import { toRawHeaders, toText, type HeadArgument } from './head.js'
import type { Messages } from './messages.js'

/** A response, with what Node keeps of its head, and the method that puts the head together. */
export interface Response extends ServerResponse {
  _headerSent: boolean
  _closed: boolean
  readonly _contentLength: number | null
  readonly _eventsCount: number
  readonly outputData: object[]
  _flush(): void
  _storeHeader(statusLine: string, headers: HeadArgument): void
}

/** A stock response on the socket, which notes its head and never frames its body. */
export function toServerResponse(
  req: IncomingMessage,
  socket: Connection,
  messages: Messages,
): Response {
  const res = new messages.Response(req) as Response
  // An own property: Express puts other prototypes under `req` and `res`.
  res._storeHeader = storeHead
  // A connection has what ServerResponse uses of a Socket.
  res.assignSocket(socket as never)
  return res
}

/**
 * Stands in for `_storeHeader`, where every way to a head ends (implicit, writeHead in all its forms,
 * flushHeaders): lets Node check and store the head, keeps the fields for the result,
 * and takes back the two things that only matter on a wire. The head's text stays off the socket, and
 * the body goes there without chunk framing even when the app asked for it.
 */
function storeHead(this: Response, statusLine: string, headers: HeadArgument): void {
  // The load balancer adds a date. Node's own would start a timer that keeps its text for a second, and half a
  // millisecond of a cold start goes there.
  this.sendDate = false
  // Node notes it when end() makes the head, and later for a field of the app's as well.
  const length = this._contentLength
  const socket = this.socket as unknown as Connection | null
  // The method that this one, an own property, hides.
  ;(Object.getPrototypeOf(this) as Response)._storeHeader.call(this, statusLine, headers)
  // On a connection that is gone Node drops what comes, and never says that the response is finished.
  if (socket && !socket.destroyed) {
    this.chunkedEncoding = false
    this._headerSent = true
    socket.response = {
      // As they are now: the app can still change them, without effect and unchecked.
      statusCode: this.statusCode,
      statusMessage: toText(this.statusMessage),
      rawHeaders: toRawHeaders(this, headers),
      body: [],
      length,
      req: this.req,
    }
  }
}

/** Whether only the connection listens to a response: for `prefinish` and `finish`. */
export function isUnheard(res: Response): boolean {
  return res._eventsCount === 2 && res.listenerCount('finish') === 1
}

/** Marks a finished response closed and says so, as Node's server does a tick after `finish`. */
export function closeResponse(res: Response): void {
  if (res._closed) return
  res.destroyed = res._closed = true
  res.emit('close')
}
