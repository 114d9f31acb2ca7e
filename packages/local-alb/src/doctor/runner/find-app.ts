import { Server, type IncomingMessage, type ServerResponse } from 'node:http'

export type Listener = (req: IncomingMessage, res: ServerResponse) => void

/** An app to be asked. */
export interface FoundApp {
  /** The export it came from. */
  readonly name: string
  /** What is called with each request. */
  readonly listener: Listener
  /** As it was exported, or made: an Express app has routes that can be read. */
  readonly app: unknown
}

/** The names of exports that are looked at, in this order. */
const NAMES = ['app', 'default', 'createApp', 'server', 'buildApp', 'makeApp', 'createServer']
const FACTORY = /^(?:create|build|make|get|init|setup|bootstrap)/

/**
 * Finds the app in what a module exports: an Express or other app that is a request listener, a server, a Koa, Fastify or
 * Nest app, or a function that makes one of these without arguments.
 *
 * @param exportName the only export to be looked at
 * @returns `undefined` when there is none
 * @throws what a function throws that is to make the app
 */
export async function findApp(
  exports: Readonly<Record<string, unknown>>,
  exportName?: string,
): Promise<FoundApp | undefined> {
  // A CommonJS module has its names on the default export, and so has one that was compiled to it.
  const inner = Object(exports['default']) as Readonly<Record<string, unknown>>
  for (const name of exportName === undefined ? NAMES : [exportName]) {
    const value = Object.hasOwn(exports, name) ? exports[name] : ownMember(inner, name)
    const found = await toApp(await value, name, true)
    if (found !== undefined) return found
  }
  return undefined
}

function ownMember(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

async function toApp(
  value: unknown,
  name: string,
  mayCall: boolean,
): Promise<FoundApp | undefined> {
  if (isServer(value)) return ofServer(value, name)
  if (typeof value === 'function') {
    if ('handle' in value || value.length >= 2) {
      // Called with a request and a response; what else it may be is not known.
      return { name, listener: value as Listener, app: value }
    }
    if (!mayCall || (value.length > 0 && !FACTORY.test(name))) return undefined
    const made: unknown = await (value as () => unknown)()
    return toApp(made, `${name}()`, false)
  }
  return typeof value === 'object' && value !== null ? ofFramework(value, name, mayCall) : undefined
}

interface Framework {
  /** Koa. */
  readonly callback?: () => Listener
  /** Fastify. */
  readonly ready?: () => PromiseLike<unknown>
  readonly server?: unknown
  /** Nest. */
  readonly init?: () => Promise<unknown>
  readonly getHttpAdapter?: () => { readonly getInstance: () => unknown }
  readonly default?: unknown
  readonly app?: unknown
}

async function ofFramework(
  value: Framework,
  name: string,
  mayCall: boolean,
): Promise<FoundApp | undefined> {
  if (typeof value.callback === 'function') {
    return { name, listener: value.callback(), app: value }
  }
  if (typeof value.getHttpAdapter === 'function' && typeof value.init === 'function') {
    await value.init()
    return toApp(value.getHttpAdapter().getInstance(), name, false)
  }
  if (typeof value.ready === 'function' && isServer(value.server)) {
    await value.ready()
    return ofServer(value.server, name)
  }
  // `createApp()` that gives an app and something to close it with.
  for (const member of ['app', 'default', 'server'] as const) {
    const inner = value[member]
    if (inner === undefined || inner === value) continue
    // What was compiled to CommonJS has its default export there, whatever that is.
    const found = await toApp(inner, name, mayCall && member === 'default')
    if (found !== undefined) return found
  }
  return undefined
}

export function isServer(value: unknown): value is Server {
  return value instanceof Server
}

/** A server without listeners has nobody who answers. */
export function ofServer(server: Server, name: string): FoundApp | undefined {
  const listeners = server.listeners('request')
  const [first] = listeners
  if (first === undefined) return undefined
  const listener: Listener = (req, res) => {
    server.emit('request', req, res)
  }
  return { name, listener, app: first }
}
