// Another way: behind local-alb, over a connection, by events and results in JSON.
import { createAlb, createInProcessFunction } from 'local-alb'
import { toBytes } from '../message.mjs'
import { send } from '../wire.mjs'

/** @typedef {(event: any, context: any) => Promise<unknown>} Handler */

/** A load balancer that stays, with a handler for each exchange. */
export class LoadBalancer {
  /** @type {Handler} */
  #handler = () => Promise.reject(new Error('No handler'))
  #alb

  /**
   * @param {import('../message.mjs').Mode} mode
   * @param {number} timeoutSeconds of the function
   */
  constructor(mode, timeoutSeconds = 30) {
    const handler = (/** @type {unknown} */ event, /** @type {any} */ context) =>
      this.#handler(event, context)
    const fn = createInProcessFunction(handler, { timeoutSeconds })
    this.#alb = createAlb(fn, { multiValueHeaders: mode === 'multi' }).listen(0)
  }

  get port() {
    return this.#alb.address()?.port ?? 0
  }

  /**
   * @param {Handler} handler
   * @param {import('../message.mjs').Request} request as the client sends it
   * @param {{ patienceMs: number, settle: () => Promise<void> }} options
   */
  async exchange(handler, request, { patienceMs, settle }) {
    this.#handler = handler
    const { response, close } = await send(this.port, toBytes(request), request.method, patienceMs)
    await settle()
    close()
    return response
  }

  async close() {
    await this.#alb[Symbol.asyncDispose]()
  }
}
