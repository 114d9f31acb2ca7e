import { configure as configureTyped } from '@codegenie/serverless-express'
import { isBinary as isBinaryType } from './is-binary.mjs'

/**
 * Its types say that the handler takes a callback and may answer nothing; it does neither.
 *
 * @typedef {(settings: object) => import('./index.mjs').Handler} Configure
 */
const configure = /** @type {Configure} */ (/** @type {unknown} */ (configureTyped))

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener, _entry, { isBinary = isBinaryType } = {}) {
  return configure({
    app: listener,
    // Saves it the guess per event.
    eventSourceName: 'AWS_ALB',
    binarySettings: {
      /** @param {{ headers: Record<string, unknown> }} response */
      isBinary: ({ headers }) => isBinary(headers),
    },
    // It takes a plain function for Hapi; the framework option is its way to name another one.
    ...(!('handle' in listener) && { framework: plainListener }),
  })
}

const plainListener = {
  /**
   * @param {object} call
   * @param {import('node:http').RequestListener} call.app
   * @param {import('node:http').IncomingMessage} call.request
   * @param {Parameters<import('node:http').RequestListener>[1]} call.response
   */
  async sendRequest({ app, request, response }) {
    app(request, response)
  },
}
