import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Handler } from '../targets/in-process.js'
import { DEFAULT_ADAPTER } from './settings.js'
import { SetupError } from './setup-error.js'

/** What a test suite's servers are turned into a Lambda handler with. */
export type CreateHandler = (
  listener: (req: unknown, res: unknown) => void,
  options?: unknown,
) => Handler

/**
 * Finds the adapter's module: a package, a path (`./alb-adapter.mjs`) or a `file:` URL, as seen from a folder.
 *
 * @returns its URL
 * @throws {SetupError} when there is none, saying what to install
 */
export function resolveAdapter(specifier: string, folder: string): string {
  if (specifier.startsWith('file:')) return specifier
  const require = createRequire(join(folder, 'resolve-from-here.js'))
  try {
    return pathToFileURL(require.resolve(specifier)).href
  } catch (cause) {
    throw new SetupError(explain(specifier, folder, cause), { cause })
  }
}

function explain(specifier: string, folder: string, cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code
  const where = `The adapter ${JSON.stringify(specifier)} (seen from ${folder})`
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    return `${where} has no entry for require(); name its file instead, with --adapter or LOCAL_ALB_ADAPTER`
  }
  const remedy =
    specifier === DEFAULT_ADAPTER
      ? 'install it with `npm install express-alb`, or name another module'
      : 'install it, or name another module'
  return `${where} was not found; ${remedy} with --adapter or LOCAL_ALB_ADAPTER`
}

/**
 * Where the adapter's own code is, as a name for `isToolFile`: its package, or its file. Some adapters have a
 * server of their own, which the app answers behind.
 */
export function adapterOrigin(specifier: string, folder: string): string {
  if (!/^(?:file:|\.{0,2}[/\\]|[A-Za-z]:)/.test(specifier)) return packageName(specifier)
  const file = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(folder, specifier)
  const inside = file.split(/[/\\]node_modules[/\\]/)
  return inside.length === 1 ? file : packageName((inside.at(-1) ?? '').replaceAll('\\', '/'))
}

/** `@scope/name` of `@scope/name/lib/file.js`. */
function packageName(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/')
}

/**
 * Loads the adapter.
 *
 * @throws {SetupError} when it exports no `createHandler`, saying what it exports
 */
export async function loadAdapter(url: string): Promise<CreateHandler> {
  const exports = (await import(url)) as Record<string, unknown>
  // A CommonJS module may keep its names on the default export.
  const inner = Object(exports['default']) as Record<string, unknown>
  const found = exports['createHandler'] ?? inner['createHandler']
  if (typeof found === 'function') return found as CreateHandler
  const names = Object.keys(exports).join(', ') || 'nothing'
  throw new SetupError(
    `The adapter ${url} exports ${names}; it must export createHandler(listener, options), which gets a Node request listener and returns a Lambda handler`,
  )
}
