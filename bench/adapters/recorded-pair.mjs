// The app alone: a stock request and response are there before the clock starts, as if recorded from a server, and all
// that is timed is the app with them. What an adapter that costs nothing would come to.
import { toStockPair } from './floor.mjs'

export const ungated = true

/** @type {NonNullable<import('./index.mjs').Adapter['prepare']>} */
export const prepare = toStockPair

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener) {
  // What prepare() made stands in for the event.
  return async (pair) => {
    const { req, res } = /** @type {ReturnType<typeof toStockPair>} */ (
      /** @type {unknown} */ (pair)
    )
    await new Promise((resolve) => {
      res.on('finish', resolve)
      listener(req, res)
    })
    return { statusCode: res.statusCode }
  }
}
