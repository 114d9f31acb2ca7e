import type { Duplex, Readable } from 'node:stream'
import type { Connection, HeaderList, HttpRequest, Refusal } from '../message.js'
import { RequestBody } from './request-body.js'

export interface RequestParts extends Pick<
  HttpRequest,
  'connection' | 'method' | 'target' | 'version' | 'headers' | 'hasBody' | 'headBytes'
> {
  readonly authority?: string | undefined
  readonly refusal?: Refusal | undefined
  readonly classification?: HttpRequest['classification'] | undefined
  readonly upgrade?: (() => Duplex) | undefined
}

/**
 * A request on its way to the handler. The empty body of most requests and the signal are made when somebody asks for
 * them: an `AbortSignal` alone costs as much as reading the head.
 */
export class ReceivedRequest implements HttpRequest {
  readonly connection: Connection
  readonly method: string
  readonly target: string
  readonly version: HttpRequest['version']
  readonly headers: HeaderList
  declare readonly authority?: string
  readonly hasBody: boolean
  readonly headBytes: number
  readonly receivedAt: Date = new Date()
  declare readonly classification?: NonNullable<HttpRequest['classification']>
  declare readonly refusal?: Refusal
  declare readonly upgrade?: () => Duplex
  #body: RequestBody | undefined
  #controller: AbortController | undefined
  #abandoned = false

  constructor(parts: RequestParts, body: RequestBody | undefined) {
    this.connection = parts.connection
    this.method = parts.method
    this.target = parts.target
    this.version = parts.version
    this.headers = parts.headers
    this.hasBody = parts.hasBody
    this.headBytes = parts.headBytes
    if (parts.authority !== undefined) this.authority = parts.authority
    if (parts.classification !== undefined) this.classification = parts.classification
    if (parts.refusal !== undefined) this.refusal = parts.refusal
    if (parts.upgrade !== undefined) this.upgrade = parts.upgrade
    this.#body = body
  }

  get body(): Readable {
    this.#body ??= new RequestBody()
    return this.#body
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#abandoned) this.#controller.abort()
    }
    return this.#controller.signal
  }

  /** The client has gone away. */
  abandon(): void {
    this.#abandoned = true
    this.#controller?.abort()
  }
}
