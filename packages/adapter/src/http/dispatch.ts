import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestParts, ResponseParts } from '../parts.js'
import type { Messages } from './messages.js'
import {
  deliverBody,
  dismissRequest,
  drainRequest,
  isUntouched,
  toIncomingMessage,
} from './request.js'
import { closeResponse, detach, toResponseParts, toServerResponse } from './response.js'
import { AppSocket, type Peer, type SocketObserver } from './socket.js'

/** A Node request listener: an Express app, Koa's `callback()`, `(req, res) => …`. */
export type RequestListener = (req: IncomingMessage, res: ServerResponse) => unknown

/** What answers requests: a listener, and the constructors of the pair it is called with. */
export interface App {
  readonly listener: RequestListener
  readonly messages: Messages
}

/** Why there is no response of the app's. */
export type Failure =
  /** The listener threw or its promise was rejected. */
  | 'listener-failed'
  /** The app destroyed the request, the response or the socket. */
  | 'disconnected'
  /** The response was not finished in time. */
  | 'out-of-time'
  /** The body outgrew what may be kept. */
  | 'too-large'

/** How an exchange ended without a response of the app's. */
export interface FailedExchange {
  readonly failure: Failure
  readonly error: unknown
  /** Bytes of body that the app had written by then. */
  readonly size: number
  readonly req: IncomingMessage
}

/** How an exchange ended. */
export type Outcome<R> = { readonly failure: undefined; readonly answer: R } | FailedExchange

/** What an exchange asks of its owner; `subject` is handed back, so one policy serves them all. */
export interface ExchangePolicy<S, R> {
  readonly peer: Peer
  /**
   * Makes the answer of a finished response. Called before the app is told that its buffers are free
   * again: what refers to them afterwards must be a copy.
   */
  render(parts: ResponseParts, subject: S): R
  /** How many bytes of body to keep at first. */
  readonly bodyLimit: number
  /** How many bytes to keep at the most, asked once when the body outgrows `bodyLimit`. */
  extendedBodyLimit(parts: ResponseParts, subject: S): number
  /** Milliseconds that the app has; asked only when it does not finish at once. */
  timeLimit(subject: S): number
  /** Told of an error that comes after the response and can change nothing any more. */
  onLateError(error: unknown, req: IncomingMessage, subject: S): void
}

/**
 * Shows a request to an app and settles exactly once: when the response is finished, when the
 * listener fails, when the connection is destroyed, when time is up or when the body is too large. It
 * never rejects.
 */
export function exchange<S, R>(
  app: App,
  parts: RequestParts,
  policy: ExchangePolicy<S, R>,
  subject: S,
): Promise<Outcome<R>> {
  return new Promise((resolve) => {
    new Exchange(parts, app.messages, policy, subject, resolve).start(app.listener)
  })
}

class Exchange<S, R> implements SocketObserver {
  readonly #policy: ExchangePolicy<S, R>
  readonly #subject: S
  readonly #resolve: (outcome: Outcome<R>) => void
  readonly #socket: AppSocket
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  /** The request's body until it is handed to the request. */
  #body: Buffer | undefined
  #bodyLimit: number
  #bodyLimitExtended = false
  #outcome: Outcome<R> | undefined
  #finished = false
  #timer: NodeJS.Timeout | undefined

  constructor(
    parts: RequestParts,
    messages: Messages,
    policy: ExchangePolicy<S, R>,
    subject: S,
    resolve: (outcome: Outcome<R>) => void,
  ) {
    this.#policy = policy
    this.#subject = subject
    this.#resolve = resolve
    this.#body = parts.body
    this.#bodyLimit = policy.bodyLimit
    this.#socket = new AppSocket(policy.peer, this)
    this.#req = toIncomingMessage(parts, this.#socket, messages)
    this.#res = toServerResponse(this.#req, this.#socket, messages)
    // First of all 'finish' listeners, as in Node's server.
    this.#res.on('finish', () => {
      this.#onFinish()
    })
  }

  start(listener: RequestListener): void {
    try {
      const returned = listener(this.#req, this.#res)
      if (isThenable(returned)) {
        returned.then(undefined, (error: unknown) => {
          this.#onListenerError(error)
        })
      }
    } catch (error) {
      this.#onListenerError(error)
    }
    if (this.#socket.destroyed) return
    // Node's server reads the rest of the request now, after the listener's synchronous part.
    this.#req.complete = true
    if (this.#res.writableEnded && isUntouched(this.#req)) return
    this.#deliver()
    if (this.#res.writableEnded) return
    const ms = this.#policy.timeLimit(this.#subject)
    if (ms === Infinity) return
    this.#timer = setTimeout(() => {
      this.#fail('out-of-time', undefined)
    }, ms)
  }

  #deliver(): void {
    const body = this.#body
    if (body === undefined) return
    this.#body = undefined
    deliverBody(this.#req, body)
  }

  #onListenerError(error: unknown): void {
    if (this.#outcome !== undefined || this.#res.writableEnded) {
      this.#policy.onLateError(error, this.#req, this.#subject)
    } else {
      this.#fail('listener-failed', error)
    }
  }

  onFlush(): void {
    if (this.#res.writableEnded) this.#render()
    else this.#socket.copyBody()
  }

  onGrowth(size: number): boolean {
    if (this.#outcome !== undefined) return false
    if (size <= this.#bodyLimit) return true
    if (!this.#bodyLimitExtended) {
      this.#bodyLimitExtended = true
      const parts = toResponseParts(this.#res, this.#socket)
      this.#bodyLimit = this.#policy.extendedBodyLimit(parts, this.#subject)
      if (size <= this.#bodyLimit) return true
    }
    this.#fail('too-large', undefined)
    return false
  }

  /** Called by the socket when it is destroyed, by the app or by `#fail`. */
  onDisconnect(error: Error | null): void {
    if (this.#finished) return
    // The app hung up after it had ended its response: that much is answered.
    if (this.#res.writableEnded) this.#render()
    this.#outcome ??= this.#failure('disconnected', error)
    clearTimeout(this.#timer)
    // Node's server aborts the request first, then 'close' comes on the response.
    process.nextTick(abortRequest, this.#req)
    // Behind those events, which are on their way by then.
    process.nextTick(() => {
      process.nextTick(() => {
        this.#settle()
      })
    })
  }

  onTimeout(): boolean {
    const socket = this.#socket
    const heardByRequest = !this.#req.complete && this.#req.emit('timeout', socket)
    const heardByResponse = socket._httpMessage?.emit('timeout', socket) ?? false
    return heardByRequest || heardByResponse
  }

  #onFinish(): void {
    this.#render()
    this.#finished = true
    clearTimeout(this.#timer)
    const socket = this.#socket
    if (socket.timeout > 0) socket.setTimeout(0)
    if (!isUntouched(this.#req)) this.#endRequest()
    if (socket._httpMessage === this.#res) detach(this.#res, socket)
    process.nextTick(() => {
      closeResponse(this.#res)
      if (isUntouched(this.#req)) dismissRequest(this.#req)
      else this.#endRequest()
      this.#settle()
    })
  }

  #endRequest(): void {
    this.#deliver()
    drainRequest(this.#req)
  }

  #render(): void {
    if (this.#outcome !== undefined) return
    try {
      const parts = toResponseParts(this.#res, this.#socket)
      this.#outcome = { failure: undefined, answer: this.#policy.render(parts, this.#subject) }
    } catch (error) {
      this.#outcome = this.#failure('listener-failed', error)
    }
  }

  #fail(failure: Failure, error: unknown): void {
    if (this.#outcome !== undefined) return
    this.#outcome = this.#failure(failure, error)
    this.#socket.destroy()
  }

  #failure(failure: Failure, error: unknown): FailedExchange {
    return { failure, error, size: this.#socket.bytesWritten, req: this.#req }
  }

  #settle(): void {
    if (this.#outcome !== undefined) this.#resolve(this.#outcome)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

function abortRequest(req: IncomingMessage): void {
  // Node's error for a connection that closes before the response is finished.
  req.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
}
