import type { ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import { Duplex } from 'node:stream'

type Callback = (error?: Error | null) => void

/** What the owner of the socket is told. */
export interface SocketObserver {
  /**
   * Everything written in this tick has arrived, and no callback has told the app so yet: the last
   * moment at which its buffers are sure to hold what it wrote.
   */
  onFlush(): void
  /** The body has grown to `size` bytes; `false` takes no more of it. */
  onGrowth(size: number): boolean
  /** The connection is gone, through `destroy()`, `end()` or a timeout that nobody handled. */
  onDisconnect(error: Error | null): void
  /** The socket was idle for as long as `setTimeout` said. Answers whether anybody listened. */
  onTimeout(): boolean
}

/** Address and port of the load balancer's end of the connection. */
export interface Peer {
  readonly address: string
  readonly port: number
}

/**
 * The connection between load balancer and app: one duplex stream for request and response, with the
 * parts of `net.Socket` that apps and middleware use. Nothing is ever read from it; what the response
 * writes is kept in `body`.
 *
 * `write` and the corking beside it replace the stream's own, because a response is written in one
 * or two pieces, and the general machinery costs as much as all the rest of an invocation. Return
 * values, callbacks and `drain` keep to what a TCP socket does: nothing is reported before the tick
 * is over, and a burst beyond the high-water mark waits for `drain`.
 */
export class AppSocket extends Duplex {
  /** Set and cleared by `ServerResponse.assignSocket` and `detachSocket`. */
  _httpMessage: ServerResponse | null = null
  /**
   * The fields of the response head, once there is one. What is written before it can only be a 1xx
   * response, which no load balancer passes on from a function, and is dropped.
   */
  head: readonly string[] | undefined = undefined
  body: (string | Buffer)[] = []
  bytesRead = 0
  bytesWritten = 0
  timeout = 0
  readonly connecting = false
  readonly pending = false
  readonly #peer: Peer
  readonly #observer: SocketObserver
  #copied = 0
  #callbacks: Callback[] | null = null
  #flushing = false
  #waitsForDrain = false
  #timer: NodeJS.Timeout | undefined

  constructor(peer: Peer, observer: SocketObserver) {
    super()
    this.#peer = peer
    this.#observer = observer
  }

  get remoteAddress(): string {
    return this.#peer.address
  }

  get remotePort(): number {
    return this.#peer.port
  }

  get remoteFamily(): 'IPv4' | 'IPv6' {
    return isIPv6(this.#peer.address) ? 'IPv6' : 'IPv4'
  }

  get localAddress(): string {
    return isIPv6(this.#peer.address) ? '::1' : '127.0.0.1'
  }

  get localPort(): number {
    return 80
  }

  get localFamily(): 'IPv4' | 'IPv6' {
    return this.remoteFamily
  }

  get readyState(): string {
    if (this.destroyed) return 'closed'
    return this.writableEnded ? 'readOnly' : 'open'
  }

  address(): { address: string; family: string; port: number } {
    return { address: this.localAddress, family: this.localFamily, port: this.localPort }
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | Callback | null,
    callback?: Callback,
  ): boolean {
    const done = typeof encoding === 'function' ? encoding : callback
    if (this.destroyed || this.writableEnded) {
      if (done) process.nextTick(done, new Error('The connection is closed.'))
      return false
    }
    const size =
      this.head !== undefined
        ? this.#keep(chunk, typeof encoding === 'string' ? encoding : undefined)
        : 0
    this._writableState.length += size
    if (this.#timer !== undefined) this.#timer.refresh()
    if (typeof done === 'function') (this.#callbacks ??= []).push(done)
    if (!this.#flushing) {
      this.#flushing = true
      process.nextTick(flush, this)
    }
    const accepted = this._writableState.length < this.writableHighWaterMark
    if (!accepted) this.#waitsForDrain = true
    return accepted
  }

  #keep(chunk: unknown, encoding: BufferEncoding | undefined): number {
    let piece: string | Buffer
    if (typeof chunk === 'string') {
      if (chunk === '') return 0
      // Lone surrogates become U+FFFD, as in Buffer.from(); a string stands for its UTF-8 bytes.
      piece =
        encoding === undefined || encoding === 'utf8' || encoding === 'utf-8'
          ? chunk.isWellFormed()
            ? chunk
            : chunk.toWellFormed()
          : Buffer.from(chunk, encoding)
    } else if (Buffer.isBuffer(chunk)) {
      piece = chunk
    } else {
      const view = chunk as Uint8Array
      piece = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
    }
    // A string counts by its characters, at the least one byte each.
    const size = piece.length
    this.bytesWritten += size
    if (this.#observer.onGrowth(this.bytesWritten)) this.body.push(piece)
    return size
  }

  /** Called once a tick in which something was written. */
  flush(): void {
    this.#flushing = false
    this._writableState.length = 0
    this.#observer.onFlush()
    const callbacks = this.#callbacks
    if (callbacks !== null) {
      this.#callbacks = null
      for (const callback of callbacks) callback(null)
    }
    // The app closed its half and was waiting for this.
    if (this.writableEnded) this.destroy()
    if (this.#waitsForDrain && !this.destroyed) {
      this.#waitsForDrain = false
      this.emit('drain')
      drainResponse(this._httpMessage)
    }
  }

  /** Copies what the app may overwrite once it is told that its writes are done. */
  copyBody(): void {
    for (; this.#copied < this.body.length; this.#copied++) {
      const piece = this.body[this.#copied]
      if (typeof piece === 'object') this.body[this.#copied] = Buffer.from(piece)
    }
  }

  override cork(): void {
    this._writableState.corked++
  }

  override uncork(): void {
    if (this._writableState.corked > 0) this._writableState.corked--
  }

  // Nothing comes in on this stream, so there is nothing to hold back or to let flow.
  override _read(): void {}

  override pause(): this {
    return this
  }

  override resume(): this {
    return this
  }

  override _final(callback: Callback): void {
    callback()
    // The app closed its half: no response can follow.
    this.destroy()
  }

  override _destroy(error: Error | null, callback: Callback): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#observer.onDisconnect(error)
    // Node's server listens for socket errors; without that listener an error here would end the
    // process. Whoever else listens is told.
    callback(this.listenerCount('error') > 0 ? error : null)
  }

  destroySoon(): void {
    this.destroy()
  }

  resetAndDestroy(): this {
    return this.destroy()
  }

  /** As `net.Socket.setTimeout`: milliseconds of silence until `timeout`; 0 ends it. */
  setTimeout(ms: number, listener?: () => void): this {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.timeout = ms
    if (ms > 0) {
      this.#timer = setTimeout(() => {
        this.emit('timeout')
        if (!this.#observer.onTimeout()) this.destroy()
      }, ms).unref()
      if (listener) this.once('timeout', listener)
    } else if (listener) {
      this.removeListener('timeout', listener)
    }
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

// Part of the stream's own state. ServerResponse.end() writes to it as well.
export interface AppSocket {
  readonly _writableState: { corked: number; length: number }
}

function flush(socket: AppSocket): void {
  socket.flush()
}

/**
 * Emits `drain` on the response. Its memory of owing one is private to it; `_flush` is Node's own
 * way to settle that, and takes it only with something to write, on Node 20 and 22.
 */
function drainResponse(response: ServerResponse | null): void {
  if (response === null || response.writableEnded || !response.writableNeedDrain) return
  const internals = response as unknown as { outputData: object[]; _flush(): void }
  internals.outputData.push({ data: '', encoding: 'latin1', callback: null })
  internals._flush()
}
