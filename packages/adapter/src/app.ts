import type { Server as HttpServer } from 'node:http'
import { Server } from 'node:net'
import { describe, ExpressAlbError } from './errors.js'
import type { App, RequestListener } from './http/dispatch.js'
import { messagesFor } from './http/messages.js'

/** A module that exports its app, as its default or under the name `app`. */
export interface AppModule {
  readonly default?: unknown
  readonly app?: unknown
}

/** What answers requests: any Node request listener, or a server that has one. */
export type AppLike = RequestListener | HttpServer

/** What `createHandler` takes: an app, a promise of one, or a function without parameters that gets one. */
export type AppSource =
  App | PromiseLike<App | AppModule> | (() => App | AppModule | PromiseLike<App | AppModule>)

/** The app behind a handler, once it is there and before. */
export interface LoadedApp {
  /** The app, as soon as it can be called. */
  readonly app: App | undefined
  /**
   * Gets the app, once: invocations that come meanwhile share the attempt. After a failure the next
   * call tries again, as far as the source allows (a promise has only one outcome).
   *
   * @throws ExpressAlbError `APP_INIT_FAILED`, with the app's error as `cause`
   */
  load(): Promise<App>
}

/**
 * @throws ExpressAlbError `INVALID_APP` when the value can be no app
 */
export function toLoadedApp(source: AppSource): LoadedApp {
  if (isPromiseLike(source)) {
    const promise = Promise.resolve(source)
    // Reported by load(). Unhandled before the first invocation, it would end the process instead.
    promise.catch(() => {})
    return new LazyApp(() => promise)
  }
  if (isFactory(source)) return new LazyApp(source)
  const app = toApp(source)
  return { app, load: () => Promise.resolve(app) }
}

class LazyApp implements LoadedApp {
  app: App | undefined
  #attempt: Promise<App> | undefined
  readonly #get: () => unknown

  constructor(get: () => unknown) {
    this.#get = get
  }

  load(): Promise<App> {
    return (this.#attempt ??= this.#load())
  }

  async #load(): Promise<App> {
    try {
      this.app = toApp(await fromModule(await this.#get()))
      return this.app
    } catch (error) {
      this.#attempt = undefined
      const reason = error instanceof Error ? error.message : String(error)
      throw new ExpressAlbError('APP_INIT_FAILED', `The app failed to initialise: ${reason}`, {
        cause: error,
      })
    }
  }
}

/**
 * What a module exports as its app, or the value itself. A module that was CommonJS may hold its
 * exports a level deeper, and an export may be a promise.
 */
function fromModule(loaded: unknown): unknown {
  if (!isObject(loaded) || isAppLike(loaded)) return loaded
  for (const name of ['default', 'app']) {
    const candidate = loaded[name]
    if (isAppLike(candidate) || isPromiseLike(candidate)) return candidate
    const inner = isObject(candidate) ? fromModule(candidate) : undefined
    if (isAppLike(inner)) return inner
  }
  return loaded
}

// http.Server and https.Server have only net.Server in common.
function isAppLike(value: unknown): value is AppLike {
  return typeof value === 'function' || value instanceof Server
}

function toApp(app: unknown): App {
  if (typeof app === 'function') {
    return { listener: app as RequestListener, messages: messagesFor(app) }
  }
  if (app instanceof Server) {
    const listeners = app.listeners('request')
    if (listeners.length === 0) {
      throw new ExpressAlbError(
        'INVALID_APP',
        'The http.Server has no request listener. Make it with createServer(listener), ' +
          "or call server.on('request', listener) before createHandler.",
      )
    }
    const listener: RequestListener = (req, res) => {
      app.emit('request', req, res)
    }
    return { listener, messages: messagesFor(listeners[0]) }
  }
  throw new ExpressAlbError('INVALID_APP', `createHandler was given ${describe(app)}. ${hintFor(app)}`)
}

function hintFor(app: unknown): string {
  if (isObject(app)) {
    if (typeof app['callback'] === 'function') return 'For a Koa app, pass app.callback().'
    if (typeof app['getHttpAdapter'] === 'function') {
      return 'For a Nest app, pass app.getHttpAdapter().getInstance() after await app.init().'
    }
    if (typeof app['routing'] === 'function') {
      return 'For a Fastify app, pass app.routing after await app.ready().'
    }
    if (typeof app['fetch'] === 'function') {
      return 'For a Hono app, pass getRequestListener(app.fetch) of @hono/node-server.'
    }
    const names = Object.keys(app)
    if (names.length > 0) {
      return `It has ${names.slice(0, 8).join(', ')}, but no app as its default export or as "app".`
    }
  }
  return 'Pass an Express app, another (req, res) listener, an http.Server, or a function that returns one.'
}

/**
 * A function without parameters gets the app; a listener declares `(req, res)`. An Express or Connect
 * app is never taken for a factory, however its function was wrapped.
 */
function isFactory(source: unknown): source is () => unknown {
  return typeof source === 'function' && source.length === 0 && !('handle' in source)
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value['then'] === 'function'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
