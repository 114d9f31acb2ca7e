import { OutgoingMessage, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ResponseParts } from '../parts.js'
import { toRawHeaders, type HeadArgument } from './head.js'
import type { Messages } from './messages.js'
import type { AppSocket } from './socket.js'

// What Node keeps of a response head, and the method that puts the head together.
interface Internals {
  _header: string | null
  _headerSent: boolean
  _closed: boolean
  _storeHeader(statusLine: string, headers: HeadArgument): void
}

// Every way to a head (implicit, writeHead in all its forms, flushHeaders) ends in this method.
const storeHeader = (OutgoingMessage.prototype as unknown as Internals)._storeHeader

/** A stock response on the socket, which notes its head and never frames its body. */
export function toServerResponse(
  req: IncomingMessage,
  socket: AppSocket,
  { Response }: Messages,
): ServerResponse {
  const res = new Response(req)
  // An own property: Express puts other prototypes under `req` and `res`.
  ;(res as unknown as Internals)._storeHeader = storeHead
  // AppSocket has what ServerResponse uses of a Socket.
  res.assignSocket(socket as unknown as Socket)
  return res
}

/**
 * Stands in for `_storeHeader`: lets Node check and store the head, keeps the fields for the result,
 * and takes back the two things that only matter on a wire. The head's text stays off the socket, and
 * the body goes there without chunk framing even when the app asked for it.
 */
function storeHead(this: ServerResponse, statusLine: string, headers: HeadArgument): void {
  const internals = this as unknown as Internals
  storeHeader.call(this, statusLine, headers)
  if (internals._headerSent) {
    throw new Error(`express-alb does not know how Node ${process.version} stores response heads.`)
  }
  this.chunkedEncoding = false
  internals._headerSent = true
  const socket = this.socket as unknown as AppSocket | null
  if (socket !== null) socket.head = toRawHeaders(this, headers)
}

/** Takes the socket off a finished response, as Node's server does. */
export function detach(res: ServerResponse, socket: AppSocket): void {
  res.detachSocket(socket as unknown as Socket)
}

/** What the app has written, once it has called `end()`. */
export function toResponseParts(res: ServerResponse, socket: AppSocket): ResponseParts {
  return {
    statusCode: res.statusCode,
    statusMessage: res.statusMessage,
    rawHeaders: socket.head ?? [],
    body: socket.body,
  }
}

/** Marks a finished response closed and says so, as Node's server does a tick after `finish`. */
export function closeResponse(res: ServerResponse): void {
  const internals = res as unknown as Internals
  if (internals._closed) return
  res.destroyed = true
  internals._closed = true
  res.emit('close')
}
