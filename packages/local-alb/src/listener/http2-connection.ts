import { constants, performServerHandshake } from 'node:http2'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Connection, Refusal } from '../message.js'
import { checkRequest, dropInvalidFields } from './admission.js'
import { toConnection } from './connection-info.js'
import type { ClientConnection, ListenerContext } from './context.js'
import { isLongCompressed } from './hpack-length.js'
import { Http2Exchange } from './http2-exchange.js'
import { parseHttp2Head } from './http2-fields.js'
import type { Http2Head } from './http2-fields.js'
import { pickKnownFields } from './known-fields.js'
import { checkHeaderSizes, longRequestLine, REQUEST_LINE_LIMIT } from './limits.js'
import { QuietTime } from './quiet-time.js'

/** AWS, "Listeners for your Application Load Balancers", "Listener configuration": parallel requests. */
const CONCURRENT_STREAMS = 128
/** AWS, "Quotas for your Application Load Balancers": after so many requests a client has to connect anew. */
const REQUEST_LIMIT = 10_000

/** So large that our own limits come first, which give an answer instead of an error of the protocol. */
const SETTINGS = {
  maxHeaderListPairs: 8192,
  settings: { maxConcurrentStreams: CONCURRENT_STREAMS, maxHeaderListSize: 262_144 },
}

/** A client connection that speaks HTTP/2, over TLS only as with an ALB. Desync mitigation is for HTTP/1.x. */
export class Http2Connection implements ClientConnection {
  readonly #context: ListenerContext
  readonly #info: Connection
  readonly #session: ServerHttp2Session
  readonly #quiet = new QuietTime()
  readonly #exchanges = new Set<Http2Exchange>()
  #requests = 0

  constructor(
    socket: TLSSocket,
    context: ListenerContext,
    onClosed: (connection: ClientConnection) => void,
  ) {
    this.#context = context
    this.#info = toConnection(socket)
    // A client that has closed its half can no longer take part in HTTP/2.
    socket.allowHalfOpen = false
    socket.on('error', () => {})
    this.#session = performServerHandshake(socket, SETTINGS)
    // 'close' follows.
    this.#session.on('error', () => {})
    this.#session.on('close', () => {
      onClosed(this)
    })
    this.#session.on(
      'stream',
      (stream: ServerHttp2Stream, _headers: unknown, _flags: unknown, raw: readonly string[]) => {
        this.#begin(stream, raw)
      },
    )
  }

  /** AWS, "Connection idle timeout": PING frames do not count. */
  sweep(now: number): void {
    for (const exchange of this.#exchanges) exchange.sweep(now)
    if (this.#exchanges.size > 0) this.#quiet.touch()
    if (this.#quiet.measure(now) >= this.#context.settings.idleTimeoutSeconds * 1000)
      this.#session.close()
  }

  close(): void {
    this.#session.close()
  }

  destroy(): void {
    this.#session.destroy()
  }

  #begin(stream: ServerHttp2Stream, raw: readonly string[]): void {
    const head = parseHttp2Head(raw)
    const { headers } = head
    if (headers.some(([name, value]) => isLongCompressed(name, value))) {
      // AWS, "Troubleshoot your Application Load Balancers", "response code of 000": GOAWAY, and the end.
      stream.on('error', () => {})
      this.#session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)
      this.#session.destroy()
      return
    }
    const { dropInvalidHeaderFields } = this.#context.settings
    const known = pickKnownFields(headers)
    const refusal = this.#checkSizes(head) ?? checkRequest(head, known.forwardedFor)
    const hasBody = !stream.endAfterHeaders
    const parts = {
      connection: this.#info,
      method: head.method,
      target: head.target,
      version: '2.0' as const,
      headers: dropInvalidHeaderFields ? dropInvalidFields(headers) : headers,
      authority: head.authority,
      hasBody,
      headBytes: headBytes(raw),
      refusal,
    }
    const exchange = new Http2Exchange(stream, parts, this.#context, this.#remove)
    this.#exchanges.add(exchange)
    if (hasBody && refusal === undefined && known.expect === '100-continue') {
      stream.additionalHeaders({ ':status': 100 })
    }
    this.#requests++
    if (this.#requests === REQUEST_LIMIT) this.#session.close()
    exchange.start()
  }

  #checkSizes({ method, target, headers }: Http2Head): Refusal | undefined {
    const requestLine = method.length + target.length + ' '.length + ' HTTP/2.0'.length
    if (requestLine > REQUEST_LINE_LIMIT) return longRequestLine(requestLine)
    return checkHeaderSizes(headers, this.#context.settings.longHeaderStatus)
  }

  readonly #remove = (exchange: Http2Exchange): void => {
    this.#exchanges.delete(exchange)
  }
}

/** As they are before compression, with as much between them as in HTTP/1.1. */
function headBytes(raw: readonly string[]): number {
  let bytes = 0
  for (const text of raw) bytes += text.length + 2
  return bytes
}
