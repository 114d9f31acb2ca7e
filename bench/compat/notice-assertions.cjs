// Loaded into each script. A server ends the process when a listener throws, and an adapter answers 500 instead: an
// assertion that failed there must not be lost, whoever caught it.
const { Server } = require('node:http')

let failed = false
process.on('exit', (code) => {
  if (failed && code === 0) process.exitCode = 1
})

/** @param {unknown} error */
function notice(error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_ASSERTION')) return
  failed = true
  console.error(error)
}

/** @typedef {(this: unknown, ...values: unknown[]) => unknown} Listener */

for (const method of /** @type {const} */ (['on', 'addListener', 'once'])) {
  /** @type {(this: import('node:http').Server, event: string, listener: Listener) => unknown} */
  const add = Server.prototype[method]
  /** @type {typeof add} */
  const addWatched = function (event, listener) {
    return add.call(this, event, event === 'request' ? watched(listener) : listener)
  }
  Object.defineProperty(Server.prototype, method, { value: addWatched })
}

/** @param {Listener} listener @returns {Listener} */
function watched(listener) {
  return function (...values) {
    try {
      const returned = listener.apply(this, values)
      if (returned instanceof Promise) returned.catch(notice)
      return returned
    } catch (error) {
      notice(error)
      throw error
    }
  }
}
