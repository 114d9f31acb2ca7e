import type { HttpRequest, HttpResponse, Refusal } from './message.js'
import type { ForwardedRequest, TargetReport } from './targets/target.js'

/**
 * All there is to know about one request and its answer: what the access log, the inspector and the summary are made
 * from. It grows while the request is under way; `response` is there once it is answered.
 */
export interface Exchange extends TargetReport {
  /** Counts up from 1 in each load balancer. */
  readonly id: number
  readonly request: HttpRequest
  /** The request as it left for the rules and the target. */
  forwarded?: ForwardedRequest
  /** The priority of the rule that decided, or `default`; not there when the request was refused before the rules. */
  rule?: string
  /** What the rule's transforms made of the request. */
  transformed?: { readonly host?: string; readonly uri?: string }
  /** What the rule did. */
  action?: 'forward' | 'redirect' | 'fixed-response'
  targetGroup?: { readonly name: string; readonly arn: string }
  /** The target's label. */
  target?: string
  /** When the load balancer answered by itself, and why. */
  refusal?: Refusal
  response?: HttpResponse
  /** Bytes sent to the client, head and body, once it is all sent. */
  sentBytes?: number
  /** `performance.now()` at its start and, once the answer is sent or the client gone, its end. */
  readonly startedAt: number
  endedAt?: number
  /** The client left before it was answered; the access log says 460. */
  abandoned?: boolean
}
