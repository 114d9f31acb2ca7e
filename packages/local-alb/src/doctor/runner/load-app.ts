import { serversOfApp } from '../probes/servers.js'
import { findApp, type FoundApp, isServer, ofServer } from './find-app.js'

/** How long an app may take to be loaded, with the connections it opens. */
const LOAD_MS = 60_000

/**
 * Loads the module and finds its app; a server that listened meanwhile will do as well.
 *
 * @throws {Error} saying what the module exports instead
 */
export async function loadApp(url: string, exportName?: string): Promise<FoundApp> {
  const late = deadline(LOAD_MS)
  try {
    return await Promise.race([load(url, exportName), late.promise])
  } finally {
    late.cancel()
  }
}

async function load(url: string, exportName?: string): Promise<FoundApp> {
  const exports = (await import(url)) as Record<string, unknown>
  const found = (await findApp(exports, exportName)) ?? listeningApp()
  if (found !== undefined) return found
  const names = Object.keys(exports).filter((name) => name !== 'module.exports')
  throw new NoAppError(names, exportName)
}

function listeningApp(): FoundApp | undefined {
  for (const server of serversOfApp()) {
    const found = isServer(server) ? ofServer(server, 'listen()') : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** What the file exports is no app. */
class NoAppError extends Error {
  override readonly name = 'NoAppError'

  constructor(names: readonly string[], exportName: string | undefined) {
    const has = names.length === 0 ? 'It exports nothing' : `It exports ${names.join(', ')}`
    const wanted = exportName ?? 'app, default, createApp or server'
    const hint = names.includes('handler')
      ? ' A handler is what the function exports; give the file with the app that it wraps.'
      : ' Name another export with --export.'
    super(
      `${has}, and no app as ${wanted}: a request listener, a server, or a function that makes one without arguments.${hint}`,
    )
    // Where this was found out says nothing about the app.
    this.stack = this.message
  }
}

function deadline(ms: number): { readonly promise: Promise<never>; readonly cancel: () => void } {
  let cancel = (): void => {}
  const promise = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new Error(
          `The app is not there after ${ms / 1000} s: it waits for something, such as a database`,
        ),
      )
    }, ms)
    cancel = () => {
      clearTimeout(timer)
    }
  })
  return { promise, cancel }
}
