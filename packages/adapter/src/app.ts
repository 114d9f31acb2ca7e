import type { Server as HttpServer } from 'node:http'
import { ExpressAlbError, invalid, show } from './errors.js'
import type { App, RequestListener } from './http/exchange.js'
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
  | AppLike
  | PromiseLike<AppLike | AppModule>
  | (() => AppLike | AppModule | PromiseLike<AppLike | AppModule>)

/** The app behind a handler, once it is there and before. */
export interface LoadedApp {
  /** The app, as soon as it can be called. */
  app: App | undefined
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
  const isThenable = typeof (source as { then?: unknown } | null | undefined)?.then === 'function'
  const promise = isThenable && Promise.resolve(source)
  // Reported by load(). Unhandled before the first invocation, it would end the process instead.
  if (promise) promise.catch(() => undefined)
  let attempt: Promise<App> | undefined
  const start = async (): Promise<App> => {
    try {
      return (loaded.app = toApp(await exportOf(await (promise || (source as () => unknown)()))))
    } catch (cause) {
      const message = `app failed: ${show(cause)}`
      throw new ExpressAlbError('APP_INIT_FAILED', message, { cause })
    }
  }
  const loaded: LoadedApp = {
    app: promise || isFactory(source) ? undefined : toApp(source),
    load: () =>
      (attempt ??= start().finally(() => {
        attempt = undefined
      })),
  }
  return loaded
}

/**
 * What a module exports as its app, or the value itself. A module that was CommonJS may hold its
 * exports a level deeper, and an export may be a promise.
 */
function exportOf(loaded: unknown): unknown {
  if (typeof loaded !== 'object' || !loaded || isServer(loaded)) return loaded
  const { default: inner, app } = loaded as AppModule
  return inner === undefined ? (app ?? loaded) : exportOf(inner)
}

function toApp(source: unknown): App {
  if (typeof source === 'function') {
    return { listener: source as RequestListener, messages: messagesFor(source) }
  }
  const first = isServer(source) && source.listeners('request')[0]
  if (!first) {
    const expected = 'an Express app, listener, http.Server or a function that gets one'
    throw invalid('INVALID_APP', 'The app', source, expected)
  }
  return { listener: (...pair) => source.emit('request', ...pair), messages: messagesFor(first) }
}

// http.Server and https.Server have only net.Server in common.
function isServer(value: unknown): value is HttpServer {
  return value instanceof process.getBuiltinModule('node:net').Server
}

/**
 * A function without parameters gets the app; a listener declares `(req, res)`. An Express or Connect
 * app is never taken for a factory, however its function was wrapped.
 */
function isFactory(source: unknown): source is () => unknown {
  return typeof source === 'function' && source.length === 0 && !('handle' in source)
}
