// Makes the app that a case describes.
import { createRequire } from 'node:module'
import { ENDINGS } from './endings/index.mjs'
import { INGREDIENTS } from './ingredients/index.mjs'
import { make } from './part.mjs'

/** @typedef {import('express').RequestHandler} RequestHandler */
/** @typedef {import('./ways/plain-server.mjs').Listener} Listener */

const require = createRequire(import.meta.url)
const EXPRESS = {
  5: /** @type {typeof import('express')} */ (require('express')),
  4: /** @type {typeof import('express')} */ (require('express4')),
}

/**
 * @param {import('./cases.mjs').Case} tried
 * @param {Omit<import('./part.mjs').World, 'express'>} surroundings
 * @param {RequestHandler} probe what comes first
 * @returns {Listener}
 */
export function makeApp(tried, surroundings, probe) {
  const express = EXPRESS[tried.express === '4' ? '4' : '5']
  const world = { ...surroundings, express }
  const stack = [probe, ...tried.stack.map((part) => make(INGREDIENTS, part, world))]
  if (tried.express === 'none') {
    const [route] = tried.routes
    const before = (route?.before ?? []).map((part) => make(INGREDIENTS, part, world))
    const end = route ? [make(ENDINGS, route.ending, world)] : []
    return chain([...stack, ...before, ...end])
  }
  const app = express()
  // The default error handler writes to the console in all other environments.
  app.set('env', 'test')
  app.set('trust proxy', tried.settings.trustProxy)
  app.set('query parser', tried.settings.queryParser)
  app.set('etag', tried.settings.etag)
  app.set('x-powered-by', tried.settings.poweredBy)
  app.set('views', surroundings.folder)
  app.use(...stack)
  for (const { path, before, ending } of tried.routes) {
    const handlers = before.map((part) => make(INGREDIENTS, part, world))
    app.all(path, ...handlers, make(ENDINGS, ending, world))
  }
  if (tried.onError !== 'none') app.use(errorHandler(tried.onError, world.note))
  return (req, res) => {
    app(/** @type {never} */ (req), /** @type {never} */ (res))
  }
}

/**
 * @param {'json' | 'throws'} kind
 * @param {(what: string) => void} note
 * @returns {import('express').ErrorRequestHandler}
 */
function errorHandler(kind, note) {
  return (error, _req, res, next) => {
    note(`error: ${String(/** @type {{ message?: unknown }} */ (error)?.message ?? error)}`)
    if (kind === 'throws') throw new Error('in the error handler')
    if (res.headersSent) next(error)
    else res.status(500).json({ failed: true })
  }
}

/**
 * Without a framework: one handler after the other, 404 behind the last, 500 for an error.
 *
 * @param {readonly RequestHandler[]} handlers
 * @returns {Listener}
 */
function chain(handlers) {
  return (req, res) => {
    const run = (/** @type {number} */ i) => (/** @type {unknown} */ error) => {
      const handler = handlers[i]
      if (error === undefined && handler !== undefined) {
        const next = run(i + 1)
        try {
          void handler(/** @type {never} */ (req), /** @type {never} */ (res), next)
        } catch (thrown) {
          next(thrown ?? new Error('nothing'))
        }
      } else if (res.headersSent) {
        res.destroy()
      } else {
        res.statusCode = error === undefined ? 404 : 500
        res.end(error === undefined ? 'no route' : 'failed')
      }
    }
    run(0)(undefined)
  }
}
