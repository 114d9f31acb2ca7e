import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Failed, ResponseParts } from '../parts.js'
import type { Messages } from './messages.js'

/** A Node request listener: an Express app, Koa's `callback()`, `(req, res) => …`. */
export type RequestListener = (req: IncomingMessage, res: ServerResponse) => unknown

/** What answers requests: a listener, and the constructors of the pair it is called with. */
export interface App {
  readonly listener: RequestListener
  readonly messages: Messages
}

/** How an exchange ended: with an answer, or without a response of the app's. */
export type Outcome<R> = R | Failed

/** What an exchange asks of its owner; `subject` is handed back, so one policy serves them all. */
export interface ExchangePolicy<S, R> {
  /** The address at the load balancer's end. */
  readonly peerAddress: string
  /** How many bytes of body to keep at the most. */
  readonly bodyLimit: number
  /**
   * Makes the answer of an ended response: anything without a member `code`. When it has returned, the
   * bytes of the body are the app's again.
   */
  render(parts: ResponseParts, subject: S): R
  /** Milliseconds that the app has; asked only when it does not finish within the turn of the event loop. */
  timeLimit(subject: S): number
  /** Told of an error that comes after the response and can change nothing any more. */
  onLateError(failed: Failed, subject: S): void
}

/** A response as it is written. */
export interface Written extends ResponseParts {
  readonly body: (string | Uint8Array)[]
  /** Bytes of the whole body, where the head is made by the `end()` that brings it. */
  readonly length: number | null
}

/**
 * The connection between load balancer and app, for one exchange: a duplex stream under request and
 * response, with the parts of `net.Socket` that apps and middleware use.
 */
export interface Connection extends Duplex {
  /** Set and cleared by `ServerResponse.assignSocket` and `detachSocket`. */
  _httpMessage: ServerResponse | null
  /**
   * The response, once there is a head. What is written before it can only be a 1xx response, which no
   * load balancer passes on from a function, and is dropped.
   */
  response: Written | undefined
}
