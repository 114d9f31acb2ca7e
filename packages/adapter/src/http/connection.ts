import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Failed, RequestParts, ResponseParts } from '../parts.js'
import type { App, Connection, ExchangePolicy, Outcome, Written } from './exchange.js'
import {
  dismissRequest,
  drainRequest,
  isUntouched,
  toIncomingMessage,
  type Request,
} from './request.js'
import { closeResponse, isUnheard, toServerResponse, type Response } from './response.js'

type Callback = (error?: Error | null) => void

type ConnectionConstructor = new <S, R>(
  app: App,
  parts: RequestParts,
  policy: ExchangePolicy<S, R>,
  subject: S,
) => Connection & { dispatch(app: App): Outcome<R> | Promise<Outcome<R>> }

let constructor: ConnectionConstructor | undefined

/**
 * Shows a request to an app over a connection of its own. The exchange ends exactly once: when the
 * response is finished, when the listener fails, when the connection is destroyed, when time is up or
 * when the body is too large.
 *
 * The outcome is there at once when the listener has ended the response and nobody listens for what
 * follows: a promise takes longer than all the rest of such an exchange.
 */
export function dispatch<S, R>(
  app: App,
  parts: RequestParts,
  policy: ExchangePolicy<S, R>,
  subject: S,
): Outcome<R> | Promise<Outcome<R>> {
  // Until the class is needed `node:stream` is not loaded.
  if (!constructor) {
    constructor = extend(process.getBuiltinModule('node:stream').Duplex as never)
    // What a socket without a handle does in all other respects is right here too.
    Object.setPrototypeOf(
      constructor.prototype,
      process.getBuiltinModule('node:net').Socket.prototype,
    )
  }
  return new constructor(app, parts, policy, subject).dispatch(app)
}

/**
 * `write` and the corking beside it replace the stream's own, because a response is written in one or two pieces,
 * and the general machinery costs as much as all the rest of an invocation. Return values and `drain` keep to what
 * a TCP socket does; callbacks come a tick after the write.
 *
 * @param Base `Duplex`, with the part of its state that `ServerResponse.end()` writes to as well
 */
function extend(
  Base: new () => Duplex &
    Pick<Socket, 'setTimeout' | 'timeout'> & {
      readonly _readableState: { emitClose: boolean }
      readonly _writableState: { corked: number; length: number; emitClose: boolean }
    },
): ConnectionConstructor {
  return class<S, R> extends Base implements Connection {
    declare _httpMessage: ServerResponse | null
    declare response: Connection['response']
    readonly pending = false
    bytesWritten = 0
    /** The request's, until it is handed over. */
    #body: Buffer | undefined
    readonly #policy: ExchangePolicy<S, R>
    readonly #subject: S
    readonly #req: Request
    readonly #res: Response
    #deadlineTimer: NodeJS.Timeout | undefined
    #outcome: Outcome<R> | undefined
    #resolve: ((outcome: Outcome<R>) => void) | undefined
    /** Finished or destroyed. */
    #over = false

    constructor(app: App, parts: RequestParts, policy: ExchangePolicy<S, R>, subject: S) {
      super()
      this.#body = parts.body
      this.#policy = policy
      this.#subject = subject
      this.#req = toIncomingMessage(parts, this, app.messages)
      this.#res = toServerResponse(this.#req, this, app.messages)
      // Comes while end() runs, which is when a server's socket takes the last bytes.
      this.#res.on('prefinish', () => {
        this.#answer()
      })
      // First of all 'finish' listeners, as in Node's server.
      this.#res.on('finish', () => {
        // The app may have kept 'prefinish' from its listeners.
        this.#answer()
        this.#over = true
        clearTimeout(this.#deadlineTimer)
        if (this.timeout) this.setTimeout(0)
        if (!isUntouched(this.#req)) this.#endRequest()
        this.#res.detachSocket(this as never)
        const close = (): void => {
          closeResponse(this.#res)
          if (isUntouched(this.#req)) dismissRequest(this.#req)
          else this.#endRequest()
          // No other request follows on it, and somebody waits for its end.
          if (this.listenerCount('close')) this.destroy()
          else this.#resolve?.(this.#outcome as Outcome<R>)
        }
        // As in Node's server, a tick later; at once when only this connection listens to the response.
        if (isUnheard(this.#res)) close()
        else process.nextTick(close)
      })
    }

    dispatch(app: App): Outcome<R> | Promise<Outcome<R>> {
      const onError = (error: unknown): void => {
        if (!this.#outcome) this.#fail('app-failed', error)
        else this.#policy.onLateError({ code: 'late-error', error, req: this.#req }, this.#subject)
      }
      try {
        const returned = app.listener(this.#req, this.#res) as
          PromiseLike<unknown> | null | undefined
        if (typeof returned?.then === 'function') returned.then(undefined, onError)
      } catch (error) {
        onError(error)
      }
      // Node's server reads the rest of the request now, after the listener's synchronous part.
      this.#req.complete = !this.#body?.length
      if (!this.#res.writableEnded || !isUntouched(this.#req)) this.#deliver()
      else if (this.#outcome && isUnheard(this.#res) && this.listenerCount('close') === 1) {
        // One is the response's own.
        return this.#outcome
      }
      return new Promise((resolve) => {
        this.#resolve = resolve
        // Many a response comes within this turn, and a timer would cost it a tenth of its time.
        setImmediate(() => {
          if (!this.#over) {
            this.#deadlineTimer = setTimeout(() => {
              this.#fail('out-of-time')
            }, this.#policy.timeLimit(this.#subject))
          }
        })
      })
    }

    #answer(): void {
      try {
        // There is a response, since it is ended.
        this.#outcome ??= this.#policy.render(this.response as ResponseParts, this.#subject)
      } catch (error) {
        this.#fail('app-failed', error)
      }
    }

    override write(
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | Callback | null,
      callback?: Callback,
    ): boolean {
      // Not accepted any more, which the stream's own method says as it should.
      if (!this.writable) return super.write(chunk, encoding as never, callback)
      const done = typeof encoding === 'function' ? encoding : callback
      // Node writes 1xx responses in this encoding, also between the head and the body.
      const isInterim = encoding === 'ascii' && /^HTTP.1.1 1[^]*\r\n\r\n$/.test(chunk as string)
      if (this.response && chunk.length && !isInterim) {
        this.#keep(chunk, encoding as BufferEncoding)
      }
      if (this.timeout) this.setTimeout(this.timeout)
      if (done) process.nextTick(done)
      return this.writableLength < this.writableHighWaterMark
    }

    #keep(chunk: string | Uint8Array, encoding: BufferEncoding | undefined): void {
      // A string counts by its characters, of at least one byte each.
      this.bytesWritten += chunk.length
      this._writableState.length += chunk.length
      if (this.bytesWritten > this.#policy.bodyLimit) return this.#fail('too-large')
      const { body, length } = this.response as Written
      if (typeof chunk === 'string') {
        // Lone surrogates are replaced, as Buffer.from() does.
        body.push(encoding ? Buffer.from(chunk, encoding) : chunk.toWellFormed())
      } else {
        // The app may write over bytes that it thinks written. The whole body is read while end() still runs.
        body.push(length ? chunk : Buffer.from(chunk))
      }
    }

    /** Node's response does this a tick after each burst of writes, which then is sent. */
    override uncork(): void {
      super.uncork()
      if (this.writableLength >= this.writableHighWaterMark) {
        process.nextTick(drain, this, this.#res)
      }
      this._writableState.length = 0
    }

    // Nothing comes in on this stream.
    override _read(): void {}

    override _final(callback: Callback): void {
      callback()
      // The app closed its half: no response can follow.
      this.destroy()
    }

    override _destroy(error: Error | null, callback: Callback): void {
      if (!this.#over) {
        this.#over = true
        // A head that has not left never will, and end() then says nothing.
        if (!this.bytesWritten) this.#res._headerSent = false
        this.#fail('disconnected', error)
        clearTimeout(this.#deadlineTimer)
        // Node's server aborts the request first, then 'close' comes on the response.
        this.prependListener('close', () => {
          // Node's error for a connection that closes before the response is finished.
          this.#req.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
        })
      }
      // As a TCP socket, which is closed at once and says so some turns later.
      this._readableState.emitClose = this._writableState.emitClose = false
      // Node's server listens for socket errors; without that listener an error here would end the
      // process. Whoever else listens is told.
      callback(this.listenerCount('error') ? error : null)
      setImmediate(() => {
        this.emit('close', Boolean(error))
        // Behind the events that follow.
        setImmediate(() => {
          this.#resolve?.(this.#outcome as Outcome<R>)
        })
      })
    }

    /** As Node's server: a timeout that nobody hears of closes the connection. */
    _onTimeout(): void {
      // The request would be told too if it were still coming in.
      if (!this.#res.emit('timeout', this)) super.destroy()
      this.emit('timeout')
    }

    override destroy(error?: Error): this {
      this.setTimeout(0)
      return super.destroy(error)
    }

    /** What `remoteAddress`, `localPort`, `address()` and so on ask: the load balancer's end for both. */
    _getsockname(): object {
      const address = this.#policy.peerAddress
      // An ALB connects to its targets from ephemeral ports.
      return {
        address,
        family: `IPv${process.getBuiltinModule('node:net').isIP(address)}`,
        port: 50000,
      }
    }

    _getpeername(): object {
      return this._getsockname()
    }

    /** Hands over the body, as Node does once the listener has run. */
    #deliver(): void {
      const body = this.#body
      this.#body = undefined
      const end = (): void => {
        this.#req.complete = true
        this.#req.push(null)
      }
      if (body?.length) {
        this.#req.push(body)
        // Node's parser lets ticks and promises pass between a body and its end.
        process.nextTick(queueMicrotask, end)
      } else if (body) end()
    }

    #endRequest(): void {
      this.#deliver()
      drainRequest(this.#req)
    }

    #fail(code: Failed['code'], error?: unknown): void {
      this.#outcome ??= { code, error, size: this.bytesWritten, req: this.#req }
      this.destroy()
    }
  }
}

/**
 * Emits `drain` on socket and response. The response's memory of owing one is private to it; `_flush`
 * is Node's own way to settle that, and takes it only with something to write, on Node 20 and 22.
 */
function drain(connection: Connection, res: Response): void {
  connection.emit('drain')
  if (!res.writableNeedDrain) return
  res.outputData.push({ data: '' })
  res._flush()
}
