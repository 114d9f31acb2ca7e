// One way for an app to be asked: on Node's own server, over a connection.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { toBytes } from '../message.mjs'
import { send } from '../wire.mjs'

/** @typedef {(req: import('node:http').IncomingMessage, res: import('node:http').ServerResponse) => unknown} Listener */

/** A server that stays, with a listener for each exchange. */
export class PlainServer {
  /** @type {Listener} */
  #listener = (_req, res) => res.end()
  #server = createServer((req, res) => this.#listener(req, res))

  async start() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  /**
   * @param {Listener} listener
   * @param {import('../message.mjs').Request} request
   * @param {{ patienceMs: number, settle: () => Promise<void> }} options `settle` runs while the connection is still open
   */
  async exchange(listener, request, { patienceMs, settle }) {
    this.#listener = listener
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    const { response, close } = await send(
      address.port,
      toBytes(request),
      request.method,
      patienceMs,
    )
    await settle()
    close()
    return response
  }

  close() {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
