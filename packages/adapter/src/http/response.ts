import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connection } from './exchange.js'
import { toRawHeaders, toText, type HeadArgument } from './head.js'
import type { Messages } from './messages.js'

// What Node keeps of a response head, and the method that puts the head together.
interface Internals {
  _headerSent: boolean
  _closed: boolean
  readonly _eventsCount: number
  _storeHeader(statusLine: string, headers: HeadArgument): void
}

/** A stock response on the socket, which notes its head and never frames its body. */
export function toServerResponse(
  req: IncomingMessage,
  socket: Connection,
  { Response }: Messages,
): ServerResponse {
  const res = new Response(req)
  // An own property: Express puts other prototypes under `req` and `res`.
  ;(res as unknown as Internals)._storeHeader = storeHead
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
function storeHead(this: ServerResponse, statusLine: string, headers: HeadArgument): void {
  const internals = this as unknown as Internals
  // The method that this one, an own property, hides.
  ;(Object.getPrototypeOf(this) as Internals)._storeHeader.call(this, statusLine, headers)
  if (internals._headerSent) {
    throw new Error(`Node ${process.version} is unknown`)
  }
  this.chunkedEncoding = false
  internals._headerSent = true
  const socket = this.socket as unknown as Connection | null
  if (socket) {
    socket.response = {
      // As they are now: the app can still change them, without effect and unchecked.
      statusCode: this.statusCode,
      statusMessage: toText(this.statusMessage),
      rawHeaders: toRawHeaders(this, headers),
      body: [],
      req: this.req,
    }
  }
}

/** Whether a response has one listener, for one event. */
export function isUnheard(res: ServerResponse): boolean {
  return (res as unknown as Internals)._eventsCount === 1 && res.listenerCount('finish') === 1
}

/** Marks a finished response closed and says so, as Node's server does a tick after `finish`. */
export function closeResponse(res: ServerResponse): void {
  const internals = res as unknown as Internals
  if (internals._closed) return
  res.destroyed = true
  internals._closed = true
  res.emit('close')
}
