'use strict'
// Loaded before AWS's unmodified aws-lambda-ric: gives it a Runtime API client in JavaScript in place of its native
// addon, which is missing wherever install scripts are blocked and takes minutes to build.
const Module = require('node:module')
const client = require('./rapid-client.cjs')

const ADDON = './rapid-client.node'

/** @typedef {(request: string, ...rest: unknown[]) => unknown} Load */
const loader = /** @type {{ _load: Load }} */ (/** @type {unknown} */ (Module))
const load = loader._load

/** @type {Load} */
loader._load = function loadRapidClient(request, ...rest) {
  if (request !== ADDON) return load.call(this, request, ...rest)
  // It is asked for once, before the function is loaded, which then finds Node as it is.
  loader._load = load
  return client
}
