import type { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { RefusedError } from '../message.js'
import type { Connection, HttpResponse } from '../message.js'
import { admit } from './admission.js'
import { discardBody, sendAnswer, sendServerError } from './answer.js'
import { toConnection } from './connection-info.js'
import type { ClientConnection, ListenerContext } from './context.js'
import { handOver } from './hand-over.js'
import type { Head } from './head.js'
import { abandon, openExchange, toOutcome } from './http1-exchange.js'
import type { Exchange } from './http1-exchange.js'
import { leftMidBody, leftMidHead, requestTimeout } from './interruptions.js'
import type { BodySource } from './request-body.js'
import { QuietTime } from './quiet-time.js'
import { RequestReader } from './request-reader.js'

/** How much of a body that nobody wants is read for the sake of the next request. */
const DRAIN_LIMIT = 1_048_576
/** How much of later requests is read while an earlier one is being answered. */
const PIPELINE_LIMIT = 65_536
/** How long a client has to take the answer and close, after we closed our half. */
const LINGER_MS = 2000
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/**
 * A client connection that speaks HTTP/1.0 or 1.1. Requests are handled one after the other; those that a client sends
 * ahead (pipelining) wait for the answers before them.
 *
 * A client that closes its half while it waits for an answer is taken for gone, as an ALB does (its 460): the signal
 * fires and the outcome says `abandoned`. An answer that comes nevertheless is sent, for clients that only close early.
 */
export class Http1Connection implements ClientConnection, BodySource {
  readonly #socket: Socket
  readonly #context: ListenerContext
  readonly #info: Connection
  readonly #reader: RequestReader
  readonly #quiet = new QuietTime()
  readonly #onClosed: (connection: ClientConnection) => void
  #exchange: Exchange | undefined
  /** Nothing that comes in is looked at any more. */
  #deaf = false
  #closing = false
  /** The client has closed its half. */
  #ended = false
  /** Body bytes thrown away since the body was dropped. */
  #dropped = 0

  constructor(
    socket: Socket,
    context: ListenerContext,
    onClosed: (connection: ClientConnection) => void,
  ) {
    this.#socket = socket
    this.#context = context
    this.#info = toConnection(socket)
    this.#reader = new RequestReader(context.settings.longHeaderStatus)
    this.#onClosed = onClosed
    // 'close' follows, and nothing else needs to be known.
    socket.on('error', () => {})
    socket.on('close', this.#onClose)
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('drain', this.#onDrain)
  }

  sweep(now: number): void {
    const quiet = this.#quiet.measure(now)
    if (this.#closing && quiet >= LINGER_MS) this.#socket.destroy()
    if (quiet >= this.#context.settings.idleTimeoutSeconds * 1000) this.#onIdle()
  }

  close(): void {
    if (this.#exchange !== undefined) this.#exchange.keepAlive = false
    else if (this.#reader.buffered === 0) this.#close()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  resumeBody(): void {
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  dropBody(): void {
    this.#dropped = 0
    this.resumeBody()
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#closing) return
    this.#quiet.touch()
    if (this.#deaf) return
    this.#reader.append(bytes)
    this.#advance()
  }

  readonly #onDrain = (): void => {
    this.#quiet.touch()
    this.#exchange?.answer?.resume?.()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    const exchange = this.#exchange
    if (exchange !== undefined) {
      if (this.#reader.inBody) this.#failBody(leftMidBody())
      abandon(exchange)
    } else if (this.#reader.buffered > 0 && !this.#reader.inBody && !this.#deaf) {
      this.#begin(this.#reader.endHead(leftMidHead()))
    } else {
      this.#close()
    }
  }

  readonly #onClose = (): void => {
    const exchange = this.#exchange
    this.#exchange = undefined
    this.#deaf = true
    this.#onClosed(this)
    if (exchange === undefined) return
    if (exchange.upgradedAt === undefined && !exchange.broken) {
      if (this.#reader.inBody) exchange.body?.end(leftMidBody())
      abandon(exchange)
      exchange.answer?.cutOff?.()
    }
    this.#report(exchange)
  }

  #onIdle(): void {
    const exchange = this.#exchange
    const reader = this.#reader
    if (exchange === undefined) {
      if (reader.inBody || this.#closing) this.#socket.destroy()
      else if (reader.buffered > 0) this.#begin(reader.endHead(requestTimeout()))
      else this.#close()
    } else if (exchange.answer !== undefined) {
      if (this.#socket.writableLength > 0) this.#socket.destroy()
    } else if (reader.inBody && !this.#socket.isPaused()) {
      // When we are the ones who stopped reading, it is not the client that is slow.
      this.#failBody(new RefusedError(requestTimeout()))
    }
  }

  #advance(): void {
    while (!this.#deaf) {
      if (this.#reader.inBody) {
        if (!this.#readBody()) return
      } else if (this.#exchange !== undefined) {
        if (this.#reader.buffered > PIPELINE_LIMIT) this.#socket.pause()
        return
      } else {
        const head = this.#reader.buffered === 0 ? undefined : this.#reader.readHead()
        if (head === undefined) return
        this.#begin(head)
      }
    }
  }

  /** @returns whether the body has ended */
  #readBody(): boolean {
    try {
      if (!this.#reader.readBody(this.#takeBody)) return false
    } catch (error) {
      this.#failBody(error as RefusedError)
      return false
    }
    this.#exchange?.body?.end()
    return true
  }

  readonly #takeBody = (payload: Buffer): void => {
    const body = this.#exchange?.body
    if (body !== undefined && !body.destroyed) {
      if (!body.deliver(payload)) this.#socket.pause()
      return
    }
    this.#dropped += payload.length
    if (this.#dropped <= DRAIN_LIMIT) return
    if (this.#exchange === undefined) this.#close()
    else {
      this.#exchange.keepAlive = false
      this.#socket.pause()
    }
  }

  /** The body will never be whole, so neither can anything be read after it. */
  #failBody(error: RefusedError): void {
    this.#deaf = true
    this.#reader.stop()
    if (this.#exchange === undefined) {
      this.#close()
      return
    }
    this.#exchange.keepAlive = false
    this.#exchange.body?.end(error)
  }

  #begin(head: Head): void {
    const admission = admit(head, this.#context.settings)
    const exchange = openExchange(head, admission, this.#info, this, this.#upgrade)
    if (admission.refusal?.close === true) this.#deaf = true
    else this.#reader.startBody(admission.framing)
    if (exchange.continues) this.#socket.write(CONTINUE, 'latin1')
    this.#exchange = exchange
    if (this.#ended) abandon(exchange)
    try {
      this.#context.handler(exchange.request).then(this.#respond, this.#fail)
    } catch {
      this.#fail()
    }
  }

  readonly #respond = (response: HttpResponse): void => {
    const exchange = this.#exchange
    if (exchange === undefined || exchange.upgradedAt !== undefined) {
      discardBody(response)
      return
    }
    const { method, version } = exchange.request
    const last = this.#context.closing || (this.#ended && this.#reader.buffered === 0)
    // A body that is too long to be read to its end for nothing.
    const tooMuch = (this.#reader.remaining ?? 0) > DRAIN_LIMIT
    const keepAlive = exchange.keepAlive && response.close !== true && !last && !tooMuch
    try {
      const to = { method, version, keepAlive }
      exchange.answer = sendAnswer(this.#socket, response, to, this.#events)
      exchange.keepAlive = exchange.answer.keepAlive
    } catch {
      discardBody(response)
      this.#fail()
    }
  }

  readonly #fail = (): void => {
    const exchange = this.#exchange
    if (exchange === undefined) return
    exchange.keepAlive = false
    if (exchange.upgradedAt !== undefined) this.#socket.destroy()
    else exchange.answer = sendServerError(this.#socket, this.#onFlushed)
  }

  readonly #onBroken = (): void => {
    if (this.#exchange !== undefined) this.#exchange.broken = true
    this.#socket.destroy()
  }

  readonly #onFlushed = (error?: Error | null): void => {
    const exchange = this.#exchange
    // 'close' follows an error.
    if (exchange === undefined || error instanceof Error) return
    this.#quiet.touch()
    this.#exchange = undefined
    // Whoever still reads the body learns that it is over; the rest of it is read and thrown away.
    if (this.#reader.inBody) exchange.body?.destroy()
    this.#report(exchange)
    if (!exchange.keepAlive || (this.#ended && this.#reader.buffered === 0)) {
      this.#close()
      return
    }
    this.resumeBody()
    this.#advance()
  }

  readonly #events = { onFlushed: this.#onFlushed, onBroken: this.#onBroken }

  /** Gives the connection away: from here on it only waits for its end. */
  readonly #upgrade = (exchange: Exchange): Duplex => {
    if (exchange !== this.#exchange || exchange.answer !== undefined) {
      throw new Error('The request has been answered; its connection cannot be taken over.')
    }
    exchange.upgradedAt = this.#socket.bytesWritten
    this.#deaf = true
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain)
    return handOver(this.#socket, this.#reader.stop())
  }

  #report(exchange: Exchange): void {
    this.#context.onDone(exchange.request, toOutcome(exchange, this.#socket.bytesWritten))
  }

  #close(): void {
    if (this.#closing) return
    this.#closing = true
    this.#deaf = true
    this.#reader.stop()
    this.#quiet.touch()
    this.#socket.end()
    // What still comes in is thrown away until the client closes too: closing at once would make the system reset the
    // connection, and the client might never see the answer.
    this.resumeBody()
  }
}
