import { type IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { callerFile, isToolFile } from './tool-server.js'

// As it is before any test has put something in its place.
const { writeContinue } = ServerResponse.prototype as {
  readonly writeContinue: (this: ServerResponse) => void
}

/** Who answers in place of the server's own listeners. */
export interface Interceptor {
  /** A server starts to listen. */
  prepare(): void
  handle(server: Server, req: IncomingMessage, res: ServerResponse): void
}

const PATCHED = Symbol.for('local-alb.register')

/** Whether this process has its load balancer already, from this or another copy of local-alb. */
export function isIntercepted(): boolean {
  return Object.hasOwn(Server.prototype, PATCHED)
}

type Method = (this: Server, ...args: unknown[]) => unknown

/**
 * Puts the load balancer before every `http.Server` and `https.Server` of this process.
 *
 * Only requests that Node's parser emits are caught: they come on a socket of that very server. What a test emits by
 * hand, and what the adapter emits, goes to the listeners.
 *
 * @param skip names of packages, files or folders whose servers are left alone, besides those of known tools
 */
export function intercept(interceptor: Interceptor, skip: readonly string[]): void {
  const leftAlone = new WeakSet<Server>()
  for (const { prototype } of [Server, SecureServer]) {
    // https.Server descends from tls.Server, not from http.Server: each has an emit and a listen of its own to shadow.
    const parent = Object.getPrototypeOf(prototype) as { emit: Method; listen: Method }

    const listen: Method = function listen(...args) {
      const file = callerFile(listen)
      if (file !== undefined && isToolFile(file, skip)) leftAlone.add(this)
      else interceptor.prepare()
      return parent.listen.apply(this, args)
    }

    const emit: Method = function emit(...args) {
      if (isIncoming(this, args) && !leftAlone.has(this)) {
        interceptor.handle(this, args[1], toResponse(args))
        return true
      }
      return parent.emit.apply(this, args)
    }

    define(prototype, 'listen', listen)
    define(prototype, 'emit', emit)
    define(prototype, PATCHED, true)
  }
}

type Incoming = [event: string, req: IncomingMessage, other: ServerResponse | Socket]

function isIncoming(server: Server, args: unknown[]): args is Incoming {
  const [event, req] = args
  return (
    typeof event === 'string' &&
    EVENTS.has(event) &&
    (req as { socket?: { server?: unknown } } | undefined)?.socket?.server === server &&
    server.listenerCount('request') > 0
  )
}

/**
 * `checkContinue`, `checkExpectation`: an ALB answers `Expect` itself. `upgrade`, `connect`: it refuses them before a
 * function; without a listener Node has no such events and shows them as requests.
 */
const EVENTS: ReadonlySet<string> = new Set([
  'request',
  'checkContinue',
  'checkExpectation',
  'upgrade',
  'connect',
])

function toResponse([event, req, other]: Incoming): ServerResponse {
  if (other instanceof ServerResponse) {
    if (event === 'checkContinue') writeContinue.call(other)
    return other
  }
  // Node has given the connection away; it takes one answer.
  other.on('error', () => undefined)
  const res = new ServerResponse(req)
  res.shouldKeepAlive = false
  res.assignSocket(other)
  res.on('finish', () => {
    res.detachSocket(other)
    other.destroySoon()
  })
  return res
}

function define(prototype: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
}
