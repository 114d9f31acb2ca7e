// Its Node bridge makes a fetch handler of the listener, its Lambda adapter a function of that.
import { toLambdaHandler } from 'srvx/aws-lambda'
import { toFetchHandler } from 'srvx/node'

/** @typedef {import('node:http').RequestListener} RequestListener */

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener) {
  // Not the app itself: with a third parameter, as Express apps have, the bridge answers 200 where no route matches.
  const plain = /** @type {Parameters<typeof toFetchHandler>[0]} */ (
    /** @type {RequestListener} */ ((req, res) => listener(req, res))
  )
  const settings = { fetch: toFetchHandler(plain), trustProxy: true }
  return /** @type {import('./index.mjs').Handler} */ (
    /** @type {unknown} */ (toLambdaHandler(settings))
  )
}
