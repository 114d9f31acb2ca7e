import type { Exchange } from '../exchange.js'

/** One request as `local-alb --json` prints it; what does not apply is left out. */
export interface RequestRecord {
  readonly id: number
  /** When it came, as ISO 8601. */
  readonly time: string
  readonly client: string
  readonly method: string
  /** As in the request line. */
  readonly target: string
  /** 460 when the client left before it was answered, as in the access log. */
  readonly status: number
  readonly durationMs: number
  /** The priority of the rule that decided, or `default`. */
  readonly rule: string | undefined
  readonly action: Exchange['action']
  readonly targetGroup: string | undefined
  /** The function's file or the server's URL. */
  readonly targetName: string | undefined
  /** Functions only: the form of the event. */
  readonly mode: Exchange['mode']
  /** Why the load balancer answered by itself: AWS's name for it, where there is one, and a sentence. */
  readonly errorReason: string | undefined
  readonly explanation: string | undefined
  /** Functions only: how it was run. */
  readonly requestId?: string
  readonly coldStart?: boolean
  readonly initMs?: number | undefined
  /** `platform` are the lines of the Lambda service. */
  readonly logs?: readonly { readonly stream: string; readonly text: string }[]
}

export function toRecord(exchange: Exchange): RequestRecord {
  const { request, refusal, invocation } = exchange
  const { startedAt, endedAt = startedAt } = exchange
  return {
    id: exchange.id,
    time: request.receivedAt.toISOString(),
    client: request.connection.client.address,
    method: request.method,
    target: request.target,
    status: exchange.abandoned === true ? 460 : (exchange.response?.status ?? 0),
    durationMs: Math.round((endedAt - startedAt) * 10) / 10,
    rule: exchange.rule,
    action: exchange.action,
    targetGroup: exchange.targetGroup?.name,
    targetName: exchange.target,
    mode: exchange.mode,
    errorReason: refusal?.errorReason,
    explanation: refusal?.explanation,
    ...(invocation && {
      requestId: invocation.requestId,
      coldStart: invocation.coldStart,
      initMs: invocation.initMs,
      logs: invocation.logs.map(({ stream, text }) => ({ stream, text })),
    }),
  }
}
