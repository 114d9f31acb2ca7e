import type { Exchange } from '../exchange.js'

/** What the inspector needs of a load balancer. */
export interface Inspected {
  /** An exchange has started, or has ended: the same object, then with `endedAt`. */
  on(event: 'exchange', listener: (exchange: Exchange) => void): unknown
  off(event: 'exchange', listener: (exchange: Exchange) => void): unknown
  /** Sends a request again through the load balancer, optionally in the other mode; resolves with the new exchange. */
  replay(exchange: Exchange, options?: { mode?: 'single' | 'multi' }): Promise<Exchange>
}
