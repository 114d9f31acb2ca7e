import { format } from 'node:util'
import { toErrorBody } from './errors.mjs'

let requestId = '-'

/** @param {string} id of the invocation that what is logged from now on belongs to */
export function setRequestId(id) {
  requestId = id
}

/** Makes the console write lines as Lambda's does: time, request id, level, message; tabs between, one line each. */
export function patchConsole() {
  console.trace = toLogger('TRACE')
  console.debug = toLogger('DEBUG')
  console.info = toLogger('INFO')
  console.log = console.info
  console.warn = toLogger('WARN')
  console.error = toLogger('ERROR')
}

/**
 * @param {string} title
 * @param {unknown} error
 */
export function logError(title, error) {
  const { errorType, errorMessage, trace } = toErrorBody(error)
  const own = error instanceof Error ? Object.fromEntries(Object.entries(error)) : {}
  console.error(title, `\t${stringify({ errorType, errorMessage, ...own, stack: trace })}`)
}

/** @param {string} level */
function toLogger(level) {
  return (/** @type {unknown[]} */ ...values) => {
    const line = [new Date().toISOString(), requestId, level, format(...values)].join('\t')
    // A carriage return keeps a message of several lines together as one.
    process.stdout.write(`${line.replaceAll('\n', '\r')}\n`)
  }
}

/** @param {object} value */
function stringify(value) {
  try {
    return JSON.stringify(value)
  } catch {
    return format(value)
  }
}
