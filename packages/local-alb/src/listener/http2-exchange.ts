import { Buffer } from 'node:buffer'
import { constants } from 'node:http2'
import type { ServerHttp2Stream, ServerStreamResponseOptions } from 'node:http2'
import { Readable } from 'node:stream'
import { RefusedError } from '../message.js'
import type { HttpResponse } from '../message.js'
import { discardBody } from './answer.js'
import type { ListenerContext } from './context.js'
import { toHttp2Head } from './http2-fields.js'
import { leftMidBody, requestTimeout } from './interruptions.js'
import { QuietTime } from './quiet-time.js'
import { ReceivedRequest } from './received-request.js'
import type { RequestParts } from './received-request.js'
import { RequestBody } from './request-body.js'
import type { BodySource } from './request-body.js'

/** Node would add a `Date` of its own. Not in its types. */
const OPTIONS: ServerStreamResponseOptions & { sendDate: boolean } = { sendDate: false }

/** One request over HTTP/2 and its answer. */
export class Http2Exchange implements BodySource {
  readonly #stream: ServerHttp2Stream
  readonly #context: ListenerContext
  readonly #request: ReceivedRequest
  readonly #quiet = new QuietTime()
  readonly #onClosed: (exchange: Http2Exchange) => void
  #body: RequestBody | undefined
  /** Of a streamed answer. */
  #answer: Readable | undefined
  /** `ended`: all of the answer is written; `sent`: it has left. */
  #state: 'waiting' | 'sending' | 'ended' | 'sent' | 'broken' | 'closed' = 'waiting'
  #sentBytes = 0

  constructor(
    stream: ServerHttp2Stream,
    parts: RequestParts,
    context: ListenerContext,
    onClosed: (exchange: Http2Exchange) => void,
  ) {
    this.#stream = stream
    this.#context = context
    this.#onClosed = onClosed
    if (parts.hasBody) this.#receiveBody()
    this.#request = new ReceivedRequest(parts, this.#body)
    // 'close' follows.
    stream.on('error', () => {})
    stream.on('close', this.#onClose)
    stream.on('finish', this.#onFinish)
    stream.on('drain', () => {
      this.#quiet.touch()
      this.#answer?.resume()
    })
  }

  start(): void {
    try {
      this.#context.handler(this.#request).then(this.#respond, this.#fail)
    } catch {
      this.#fail()
    }
  }

  sweep(now: number): void {
    if (this.#quiet.measure(now) < this.#context.settings.idleTimeoutSeconds * 1000) return
    if (this.#state === 'waiting') {
      if (this.#stream.isPaused()) return
      this.#body?.end(new RefusedError(requestTimeout()))
      this.#body = undefined
    } else if (this.#stream.writableLength > 0) this.#stream.destroy(new Error('idle timeout'))
  }

  resumeBody(): void {
    this.#stream.resume()
  }

  dropBody(): void {
    this.#body = undefined
    this.#stream.resume()
  }

  #receiveBody(): void {
    this.#body = new RequestBody(this)
    this.#stream.on('data', (payload: Buffer) => {
      this.#quiet.touch()
      if (this.#body?.deliver(payload) === false) this.#stream.pause()
    })
    this.#stream.on('end', () => {
      // A stream that the client reset ends as well.
      if (this.#stream.aborted) return
      this.#body?.end()
      this.#body = undefined
    })
  }

  readonly #respond = (response: HttpResponse): void => {
    if (this.#state !== 'waiting' || this.#stream.destroyed) {
      discardBody(response)
      return
    }
    try {
      this.#send(response)
    } catch {
      discardBody(response)
      this.#fail()
    }
  }

  #send(response: HttpResponse): void {
    const { fields, hasBody, length, bytes } = toHttp2Head(response, this.#request.method)
    const { body } = response
    this.#stream.respond(fields, { ...OPTIONS, endStream: !hasBody })
    this.#state = 'sending'
    this.#quiet.touch()
    this.#sentBytes = bytes
    if (!hasBody) {
      this.#state = 'ended'
      discardBody(response)
    } else if (body instanceof Readable)
      this.#sendStream(body, length ?? Infinity, length !== undefined)
    else {
      this.#sentBytes += body?.length ?? 0
      this.#end(body)
    }
  }

  #sendStream(body: Readable, length: number, isDeclared: boolean): void {
    let left = length
    this.#answer = body
    body.on('data', (data: Buffer | string) => {
      const chunk = typeof data === 'string' ? Buffer.from(data) : data
      left -= chunk.length
      if (left < 0) this.#break()
      if (this.#state !== 'sending') return
      this.#sentBytes += chunk.length
      if (!this.#stream.write(chunk)) body.pause()
    })
    body.on('end', () => {
      if (isDeclared && left !== 0) this.#break()
      else this.#end()
    })
    body.on('error', this.#break)
    body.on('close', () => {
      if (!body.readableEnded) this.#break()
    })
    if (body.destroyed && !body.readableEnded) this.#break()
  }

  #end(last?: Buffer): void {
    if (this.#state !== 'sending') return
    this.#state = 'ended'
    this.#stream.end(last)
  }

  /** The client must not take what it has for the whole. */
  readonly #break = (): void => {
    if (this.#state !== 'sending') return
    this.#state = 'broken'
    this.#answer?.destroy()
    // `close()` would end the message properly before it resets the stream.
    this.#stream.destroy(new Error('answer cut off'))
  }

  readonly #fail = (): void => {
    if (this.#state !== 'waiting' || this.#stream.destroyed) return
    this.#state = 'ended'
    this.#stream.respond({ ':status': 500 }, { ...OPTIONS, endStream: true })
  }

  readonly #onFinish = (): void => {
    // Node ends the stream itself when the client resets it.
    if (this.#state !== 'ended') return
    this.#state = 'sent'
    // Whoever still reads the body learns that it is over; the client is told to stop: RFC 9113, section 8.1.
    this.#body?.destroy()
    if (!this.#request.hasBody || this.#stream.readableEnded) return
    // At once, the reset would overtake an answer without a body on Node 22.
    setImmediate(() => {
      this.#stream.close(constants.NGHTTP2_NO_ERROR)
    })
  }

  /** Node may close a stream without 'finish' although all of it has left; one that was cut off has a code. */
  #isUnsent(): boolean {
    if (this.#state === 'ended') return this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR
    return this.#state === 'waiting' || this.#state === 'sending'
  }

  readonly #onClose = (): void => {
    const abandoned = this.#isUnsent()
    this.#state = 'closed'
    this.#body?.end(leftMidBody())
    this.#body = undefined
    if (abandoned) {
      this.#request.abandon()
      this.#answer?.destroy()
    }
    this.#context.onDone(this.#request, { sentBytes: this.#sentBytes, abandoned })
    this.#onClosed(this)
  }
}
