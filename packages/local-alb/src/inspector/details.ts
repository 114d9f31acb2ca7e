import { type BodyPreview, toBodyPreview } from './body-preview.js'
import { toCurl } from './curl.js'
import { toDisplayText } from './display-text.js'
import { type HttpHead, toForwardedHead, toRequestHead, toResponseHead } from './http-head.js'
import { type JsonPreview, toJsonPreview } from './json-preview.js'
import { type KeptExchange, replayObstacle } from './kept-exchange.js'
import type { Row } from './row.js'

/** All that the page shows of one exchange. */
export interface Details {
  readonly row: Row
  readonly client: string
  readonly protocol: string
  readonly rule: string | null
  readonly targetGroupArn: string | null
  readonly targetStatus: number | null
  readonly sentBytes: number | null
  /** Milliseconds of each part, in order; empty while it is under way. */
  readonly timeline: readonly Span[]
  readonly refusal: { status: number; errorReason: string | null; explanation: string } | null
  readonly request: HttpHead & { readonly body: BodyPreview | null }
  readonly forwarded: HttpHead | null
  readonly event: JsonPreview | null
  readonly result: JsonPreview | null
  readonly response: (HttpHead & { readonly body: BodyPreview | null }) | null
  readonly invocation: {
    readonly requestId: string
    readonly environment: string | null
    readonly coldStart: boolean
    readonly initMs: number | null
    readonly durationMs: number
  } | null
  readonly logs: readonly LogEntry[]
  /** Lines that are not in `logs` because there were too many. */
  readonly logsLeftOut: number
  /** `null` when the command would be too long to paste, or the request could not be read. */
  readonly curl: string | null
  /** Why it cannot be sent again; `null` when it can. */
  readonly replayObstacle: string | null
  /** Bodies, event, result and logs were dropped to make room. */
  readonly trimmed: boolean
}

export interface Span {
  readonly name: 'load balancer' | 'init' | 'function' | 'target' | 'response'
  readonly ms: number
}

export interface LogEntry {
  readonly stream: 'stdout' | 'stderr' | 'platform'
  readonly text: string
  /** Milliseconds since the request came in. */
  readonly at: number
}

const MOST_LOG_LINES = 2000
const LONGEST_LOG_LINE = 16 * 1024
const LONGEST_CURL = 1024 * 1024

export function toDetails(exchange: KeptExchange, row: Row): Details {
  const { request, invocation, refusal, event, result } = exchange
  const { client, protocol, tls } = request.connection
  const responseHead = toResponseHead(exchange)
  const logs = invocation?.logs ?? []
  return {
    row,
    client: `${client.address.includes(':') ? `[${client.address}]` : client.address}:${client.port}`,
    protocol: tls === undefined ? protocol : `${protocol}, ${tls.version}`,
    rule: exchange.rule ?? null,
    targetGroupArn: exchange.targetGroup?.arn ?? null,
    targetStatus: exchange.targetStatus ?? null,
    sentBytes: exchange.sentBytes ?? null,
    timeline: toTimeline(exchange),
    refusal:
      refusal === undefined
        ? null
        : {
            status: refusal.status,
            errorReason: refusal.errorReason ?? null,
            explanation: toDisplayText(refusal.explanation),
          },
    request: { ...toRequestHead(exchange), body: requestBodyOf(exchange) },
    forwarded: toForwardedHead(exchange) ?? null,
    event: event === undefined ? null : toJsonPreview(event),
    result: result === undefined ? null : toJsonPreview(result),
    response:
      responseHead === undefined ? null : { ...responseHead, body: responseBodyOf(exchange) },
    invocation:
      invocation === undefined
        ? null
        : {
            requestId: invocation.requestId,
            environment: invocation.environment ?? null,
            coldStart: invocation.coldStart,
            initMs: invocation.initMs ?? null,
            durationMs: invocation.durationMs,
          },
    logs: logs.slice(0, MOST_LOG_LINES).map(({ stream, text, time }) => ({
      stream,
      text: cut(text),
      at: time.getTime() - request.receivedAt.getTime(),
    })),
    logsLeftOut: Math.max(0, logs.length - MOST_LOG_LINES),
    curl: curlOf(exchange),
    replayObstacle: replayObstacle(exchange) ?? null,
    trimmed: exchange.trimmed ?? false,
  }
}

function requestBodyOf({ request, requestBody }: KeptExchange): BodyPreview | null {
  if (requestBody === undefined || requestBody.length === 0) return null
  return toBodyPreview(requestBody, request.headers)
}

function responseBodyOf({
  request,
  response,
  streamed,
  sentBytes,
}: KeptExchange): BodyPreview | null {
  const body = response?.body
  if (Buffer.isBuffer(body)) {
    // What HEAD would have got is not sent.
    return body.length === 0 || request.method === 'HEAD'
      ? null
      : toBodyPreview(body, response?.headers ?? [])
  }
  if (streamed !== true && body === undefined) return null
  return {
    kind: 'stream',
    bytes: sentBytes ?? null,
    text: '',
    truncated: true,
    decoded: null,
    json: false,
  }
}

function toTimeline({ startedAt, sentAt, answeredAt, endedAt, invocation }: KeptExchange): Span[] {
  if (endedAt === undefined) return []
  if (sentAt === undefined) return [{ name: 'load balancer', ms: endedAt - startedAt }]
  const answered = answeredAt ?? endedAt
  const initMs = Math.min(invocation?.initMs ?? 0, answered - sentAt)
  return [
    { name: 'load balancer' as const, ms: sentAt - startedAt },
    ...(initMs > 0 ? [{ name: 'init' as const, ms: initMs }] : []),
    {
      name: invocation === undefined ? ('target' as const) : ('function' as const),
      ms: answered - sentAt - initMs,
    },
    { name: 'response' as const, ms: endedAt - answered },
  ]
}

function curlOf(exchange: KeptExchange): string | null {
  if (exchange.request.method === '' || exchange.request.target === '') return null
  if ((exchange.requestBody?.length ?? 0) > LONGEST_CURL) return null
  return replayObstacle(exchange) === undefined ? toCurl(exchange) : null
}

function cut(text: string): string {
  return text.length > LONGEST_LOG_LINE ? `${text.slice(0, LONGEST_LOG_LINE)}…` : text
}
