import { toDisplayText } from './display-text.js'
import type { KeptExchange } from './kept-exchange.js'

/** One line of the list. Small: ten thousand of them go to a page. */
export interface Row {
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly state: 'pending' | 'answered' | 'abandoned'
  /** `''` when the request line could not be read. */
  readonly method: string
  /** The request's target as sent, cut after `LONGEST_PATH` characters. */
  readonly path: string
  /** What the access log says; `null` while it is under way. */
  readonly status: number | null
  readonly targetGroup: string | null
  readonly target: string | null
  readonly action: 'forward' | 'redirect' | 'fixed-response' | null
  readonly durationMs: number | null
  readonly coldStart: boolean
  readonly mode: 'single' | 'multi' | null
  /** The load balancer answered with an error of its own. */
  readonly refused: boolean
  readonly errorReason: string | null
  /** The exchange that this one repeats. */
  readonly replayOf: number | null
}

const LONGEST_PATH = 500

export function toRow(exchange: KeptExchange, replayOf: number | null): Row {
  const { request, response, startedAt, endedAt } = exchange
  const path = toDisplayText(request.target)
  return {
    id: exchange.id,
    time: request.receivedAt.getTime(),
    state: stateOf(exchange),
    method: toDisplayText(request.method).slice(0, 40),
    path: path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path,
    status: exchange.abandoned === true ? 460 : (response?.status ?? null),
    targetGroup: exchange.targetGroup?.name ?? null,
    target: exchange.target ?? null,
    action: exchange.action ?? null,
    durationMs: endedAt === undefined ? null : endedAt - startedAt,
    coldStart: exchange.invocation?.coldStart ?? false,
    mode: exchange.mode ?? null,
    refused: exchange.refusal !== undefined,
    errorReason: exchange.refusal?.errorReason ?? null,
    replayOf,
  }
}

function stateOf({ abandoned, endedAt }: KeptExchange): Row['state'] {
  if (abandoned === true) return 'abandoned'
  return endedAt === undefined ? 'pending' : 'answered'
}
