import type { HeaderList, HttpRequest, HttpResponse } from '../message.js'
import type { Invocation } from './lambda-function.js'

/**
 * A request as it leaves for a target: host, `X-Forwarded-*` and trace id set by the load balancer, hop-by-hop fields
 * gone. Names still as the client sent them.
 */
export interface ForwardedRequest extends HttpRequest {
  /** Origin form without the query, starting with `/`; as sent, nothing decoded. */
  readonly path: string
  /** What follows the first `?`, as sent; `undefined` without one. */
  readonly query: string | undefined
  readonly headers: HeaderList
}

/** What a target reports of a request while it answers it; for the access log and the inspector. */
export interface TargetReport {
  /** `lambda` only: which form the event had. */
  mode?: 'single' | 'multi'
  /** `lambda` only: the event as JSON text. */
  event?: string
  /** `lambda` only: what the function returned, as JSON text. */
  result?: string
  /** `lambda` only: how it was run. */
  invocation?: Invocation
  /** The status the target answered with. */
  targetStatus?: number
  /** Body bytes read from the client, as far as known. */
  requestBody?: Buffer
  /** When the request left for the target and when its answer had come; milliseconds of `performance.now()`. */
  sentAt?: number
  answeredAt?: number
}

/** One registered target of a target group. */
export interface Target {
  /** As people name it: a function's file, `http://127.0.0.1:3000`. */
  readonly label: string
  readonly kind: 'lambda' | 'instance'
  /**
   * Answers one request. Reads or destroys its body.
   *
   * @throws {RefusedError} when the load balancer answers instead: 413, 502, 503, 504 and so on
   */
  send(request: ForwardedRequest, report: TargetReport): Promise<HttpResponse>
  /** Frees what it holds: processes, connections. Safe to call twice. */
  close(): Promise<void>
}
