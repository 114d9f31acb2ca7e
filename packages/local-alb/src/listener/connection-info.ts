import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Connection, Endpoint } from '../message.js'

/** Plain data: a request may be kept for long, its socket may not. */
export function toConnection(socket: Socket): Connection {
  const client = toEndpoint(socket.remoteAddress, socket.remotePort)
  const local = toEndpoint(socket.localAddress, socket.localPort)
  if (!(socket instanceof TLSSocket)) return { client, local, protocol: 'http' }
  const { servername } = socket as { servername?: string | false | null }
  const tls = { version: socket.getProtocol() ?? '', cipher: socket.getCipher().name }
  return {
    client,
    local,
    protocol: 'https',
    tls: typeof servername === 'string' ? { ...tls, serverName: servername } : tls,
  }
}

/** `::ffff:192.0.2.1` is how a socket for both families shows an IPv4 address: RFC 4291, section 2.5.5.2. */
function toEndpoint(address = '', port = 0): Endpoint {
  return { address: address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, ''), port }
}
