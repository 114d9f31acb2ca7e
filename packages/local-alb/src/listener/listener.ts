import * as net from 'node:net'
import * as tls from 'node:tls'
import type {
  ClientConnection,
  ListenerContext,
  ListenerSettings,
  Outcome,
  RequestHandler,
} from './context.js'
import type { HttpRequest } from '../message.js'
import { Http1Connection } from './http1-connection.js'
import { Http2Connection } from './http2-connection.js'

export type { ListenerSettings, Outcome, RequestHandler } from './context.js'

export interface ListenerOptions {
  readonly settings: ListenerSettings
  /** Certificate and key in PEM: HTTPS, with HTTP/2 and HTTP/1.1 as the client chooses (ALPN). Default: HTTP/1.1. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer }
  /** Called once for each request, when all of its answer has left or its client has gone. Must not throw. */
  readonly onDone?: (request: HttpRequest, outcome: Outcome) => void
}

/** How to end what a listener's server has open. */
const connectionsOf = new WeakMap<net.Server, Connections>()

/**
 * The client side of a load balancer: a server, not listening yet, that gives each request to `handler` and sends what
 * it answers.
 *
 * - Each request comes to the handler exactly once, in the order in which a connection sent them; also one that must be
 *   refused, with `refusal` saying how. The handler makes the error page.
 * - Over HTTP/1.x the next request of a connection comes when the one before has been answered.
 * - A body that cannot be read to its end fails with a `RefusedError`: 400 for broken framing or a client that left,
 *   408 for one that fell silent.
 * - A handler that rejects is a bare 500 to the client, and the connection closes.
 * - `close()` also ends idle connections, as in Node's own HTTP server; those with a request under way end after the
 *   answer.
 */
export function createListener(handler: RequestHandler, options: ListenerOptions): net.Server {
  const { settings, onDone = () => {} } = options
  const context: ListenerContext = { handler, settings, onDone, closing: false }
  const connections = new Connections(context)
  const server =
    options.tls === undefined
      ? net.createServer({ allowHalfOpen: true, noDelay: true }, connections.addHttp)
      : createTlsServer(options.tls, settings, connections)
  server.on('connection', connections.addSocket)
  const close = server.close.bind(server)
  server.close = (callback?: (error?: Error) => void) => {
    close(callback)
    connections.close()
    return server
  }
  server.on('listening', connections.open)
  server.on('close', connections.stop)
  connectionsOf.set(server, connections)
  return server
}

/** Ends every connection of a listener's server at once, also those with requests under way. */
export function closeAllConnections(server: net.Server): void {
  connectionsOf.get(server)?.destroy()
}

function createTlsServer(
  { key, cert }: NonNullable<ListenerOptions['tls']>,
  { idleTimeoutSeconds }: ListenerSettings,
  connections: Connections,
): tls.Server {
  const server = tls.createServer({
    key,
    cert,
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: idleTimeoutSeconds * 1000,
    allowHalfOpen: true,
    noDelay: true,
  })
  return server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') connections.addHttp2(socket)
    else connections.addHttp(socket)
  })
}

/** All that one server has open. */
class Connections {
  readonly #context: ListenerContext
  readonly #sockets = new Set<net.Socket>()
  readonly #connections = new Set<ClientConnection>()
  #timer: NodeJS.Timeout | undefined

  constructor(context: ListenerContext) {
    this.#context = context
  }

  /** Every TCP connection, also one that never gets through its TLS handshake. */
  readonly addSocket = (socket: net.Socket): void => {
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
    })
  }

  readonly addHttp = (socket: net.Socket): void => {
    this.#connections.add(new Http1Connection(socket, this.#context, this.#remove))
    this.#watch()
  }

  readonly addHttp2 = (socket: tls.TLSSocket): void => {
    this.#connections.add(new Http2Connection(socket, this.#context, this.#remove))
    this.#watch()
  }

  readonly open = (): void => {
    this.#context.closing = false
  }

  close(): void {
    this.#context.closing = true
    for (const connection of this.#connections) connection.close()
  }

  readonly stop = (): void => {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  destroy(): void {
    for (const connection of this.#connections) connection.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** One timer for all connections: a timer for each request would cost more than it gives. */
  #watch(): void {
    if (this.#timer !== undefined) return
    const period = Math.min(500, this.#context.settings.idleTimeoutSeconds * 100)
    this.#timer = setInterval(() => {
      const now = performance.now()
      for (const connection of this.#connections) connection.sweep(now)
    }, period)
    this.#timer.unref()
  }

  readonly #remove = (connection: ClientConnection): void => {
    this.#connections.delete(connection)
    if (this.#connections.size === 0) this.stop()
  }
}
