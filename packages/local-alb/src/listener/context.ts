import type { HttpRequest, HttpResponse } from '../message.js'
import type { Settings } from '../options.js'

/** Answers one request; also one that comes with a `refusal`. Should not reject: the client then gets a bare 500. */
export type RequestHandler = (request: HttpRequest) => Promise<HttpResponse>

export type ListenerSettings = Pick<
  Settings,
  'desyncMitigationMode' | 'dropInvalidHeaderFields' | 'idleTimeoutSeconds' | 'longHeaderStatus'
>

/** What became of an answer. */
export interface Outcome {
  /** Of the answer, head and body; over HTTP/2 the fields count as they are before compression. */
  readonly sentBytes: number
  /** The client left before it had all of the answer. */
  readonly abandoned: boolean
}

/** What the connections of one listener share. */
export interface ListenerContext {
  readonly handler: RequestHandler
  readonly settings: ListenerSettings
  readonly onDone: (request: HttpRequest, outcome: Outcome) => void
  /** `server.close()` was called: connections end with the answer that is under way. */
  closing: boolean
}

/** One client connection, for those who look after all of them. */
export interface ClientConnection {
  /** Called about ten times in each idle timeout, and at least twice a second. `now` is in milliseconds. */
  sweep(now: number): void
  /** Ends at once when idle, else after the answers that are under way. */
  close(): void
  /** Ends at once. */
  destroy(): void
}
