import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { named } from './errors.mjs'

// In the order in which Lambda looks.
const EXTENSIONS = ['', '.js', '.mjs', '.cjs']

/**
 * Finds what `_HANDLER` names: a path below the task root, a dot, an export of that module, which may be nested.
 *
 * @param {string} taskRoot
 * @param {string} name such as `dist/lambda.handler` or `lambda.api.handler`
 * @returns {Promise<(event: unknown, context: object) => unknown>}
 */
export async function loadHandler(taskRoot, name) {
  if (name.includes('..')) {
    throw named('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name.`)
  }
  const base = basename(name)
  const folder = name.slice(0, name.length - base.length)
  const dot = base.indexOf('.')
  if (dot === -1) throw named('Runtime.MalformedHandlerName', 'Bad handler')
  const module = await loadModule(resolve(taskRoot, folder), base.slice(0, dot))
  return findHandler(module, base.slice(dot + 1), name)
}

/**
 * @param {string} folder
 * @param {string} name without extension
 * @returns {Promise<unknown>}
 */
async function loadModule(folder, name) {
  try {
    const found = EXTENSIONS.map((extension) => join(folder, name + extension)).find(existsSync)
    if (found !== undefined) return await import(pathToFileURL(found).href)
    const require = createRequire(import.meta.url)
    return require(require.resolve(name, { paths: [folder] }))
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(named('Runtime.UserCodeSyntaxError', String(error)), {
        stack: error.stack,
      })
    }
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      throw named('Runtime.ImportModuleError', String(error))
    }
    throw error
  }
}

/**
 * @param {unknown} module
 * @param {string} path of the export, with dots
 * @param {string} name as configured, for messages
 */
function findHandler(module, path, name) {
  let handler = member(module, path)
  // A CommonJS module whose exports Node could not name.
  if (!handler && isObject(module)) handler = member(module['default'], path)
  if (!handler) throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`)
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${name} is not a function`)
  }
  if (handler.length >= 3) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      `${name} declares ${handler.length} parameters, so it expects a callback. Lambda has removed ` +
        'callback-based handlers starting with Node.js 24: return the result, or a promise of it, from a ' +
        'function of (event, context).',
    )
  }
  return /** @type {(event: unknown, context: object) => unknown} */ (handler)
}

/**
 * @param {unknown} from
 * @param {string} path
 */
function member(from, path) {
  return path
    .split('.')
    .reduce((/** @type {unknown} */ at, key) => (isObject(at) ? at[key] : undefined), from)
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null
}
