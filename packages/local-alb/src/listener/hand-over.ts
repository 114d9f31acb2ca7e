import type { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'

/** Makes a connection look as if nobody had read from it yet, like Node's own HTTP server does for `upgrade`. */
export function handOver(socket: Duplex, unread: Buffer): Duplex {
  Reflect.set(socket, 'readableFlowing', null)
  if (unread.length > 0 && !socket.readableEnded) socket.unshift(unread)
  return socket
}
