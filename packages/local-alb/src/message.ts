import type { Duplex, Readable } from 'node:stream'

/**
 * Header fields in order of arrival, names as they were sent. Like the wire, a string holds one byte per character
 * (Latin-1), so nothing is lost and nothing is guessed about its encoding.
 */
export type HeaderList = readonly HeaderField[]

export type HeaderField = readonly [name: string, value: string]

/** An address as it stands in an access log: IPv6 without brackets, IPv4 never mapped into IPv6. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** The connection that a request came in on. */
export interface Connection {
  readonly client: Endpoint
  /** Our own end of it. */
  readonly local: Endpoint
  readonly protocol: 'http' | 'https'
  /** For `https`: what was agreed, such as `TLSv1.3` and `TLS_AES_128_GCM_SHA256`, and the name the client asked for. */
  readonly tls?: { readonly version: string; readonly cipher: string; readonly serverName?: string }
}

/**
 * One request as the listener read it: what the client sent, with the framing taken off and nothing else done to it.
 *
 * A request that the listener refuses comes with `refusal`, and with as much of the rest as could be read.
 */
export interface HttpRequest {
  readonly connection: Connection
  /** `''` when the request line could not be read, as the next two. */
  readonly method: string
  /** As in the request line: origin form, absolute form or `*`; one byte per character. */
  readonly target: string
  readonly version: '' | '1.0' | '1.1' | '2.0'
  /** Over HTTP/2 without pseudo-header fields; `:authority` is in `authority`. */
  readonly headers: HeaderList
  /** HTTP/2's `:authority`. */
  readonly authority?: string
  /**
   * The body without its framing. It must be read or destroyed; it fails with an error when the client goes away
   * half-way. Empty when there is none.
   */
  readonly body: Readable
  /** Whether the request has a body at all, even an empty one with a declared length of 0. */
  readonly hasBody: boolean
  /** Bytes read from the client up to the end of the header section; for the access log. */
  readonly headBytes: number
  readonly receivedAt: Date
  /** How the desync classifier saw it, when not as `Compliant`; for the access log. */
  readonly classification?: {
    readonly kind: 'Acceptable' | 'Ambiguous' | 'Severe'
    readonly reason: string
  }
  /** Set when the listener will not pass it on. */
  readonly refusal?: Refusal
  /** Fires when the client has gone away and nobody waits for an answer any more. */
  readonly signal: AbortSignal
  /** HTTP/1.1 with `Upgrade`: takes the connection over, for a WebSocket to an instance target. */
  readonly upgrade?: () => Duplex
}

/** What goes back to the client. The listener adds framing (`Content-Length`, chunks, `Connection`) and nothing else. */
export interface HttpResponse {
  readonly status: number
  /** The reason phrase; not used over HTTP/2. */
  readonly reason: string
  /** In the order in which they are to stand on the wire; without `Connection`, `Transfer-Encoding`, `Keep-Alive`. */
  readonly headers: HeaderList
  /**
   * All of the body, or a stream of it. `undefined`: none, and no `Content-Length` is added (204, 304, or a HEAD whose
   * headers say it already). Never sent in answer to HEAD.
   */
  readonly body: Buffer | Readable | undefined
  /** Close the connection after this answer. */
  readonly close?: boolean
}

/** A request that the load balancer itself answers with an error. */
export interface Refusal {
  readonly status: number
  /** The access log's `error_reason`, where AWS names one. */
  readonly errorReason?: string
  /** One sentence: what was wrong, with the name and the value, and how to mend it. */
  readonly explanation: string
  /** The connection cannot be used any more: what follows on it could be anything. */
  readonly close?: boolean
}

/** Carries a `Refusal` up through code that only knows how to go on. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.explanation)
    this.refusal = refusal
  }
}

/** The values of a field, in order of arrival; names are compared without case. */
export function fieldValues(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase()
  return headers
    .filter(
      ([candidate]) => candidate.length === wanted.length && candidate.toLowerCase() === wanted,
    )
    .map(([, value]) => value)
}
