import type { Refusal } from '../message.js'

/** What became of one request; one line of JSON in a process's records. */
export type RequestRecord =
  | { readonly outcome: 'answered'; readonly status: number }
  | {
      readonly outcome: 'refused'
      readonly status: number
      readonly errorReason?: string
      readonly explanation: string
      /** Such as `GET /users`. */
      readonly request: string
    }
  /** The client left before it was answered; the load balancer's log says 460. */
  | { readonly outcome: 'abandoned' }
  /** local-alb or the adapter's set-up failed, not the app. */
  | { readonly outcome: 'fault'; readonly message: string }

/** A refusal as it stands in the records. */
export function toRefusedRecord(
  { status, errorReason, explanation }: Refusal,
  request: string,
): RequestRecord {
  return {
    outcome: 'refused',
    status,
    ...(errorReason !== undefined && { errorReason }),
    explanation,
    request,
  }
}
