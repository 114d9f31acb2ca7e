import type { Duplex } from 'node:stream'
import type { Connection } from '../message.js'
import type { Outcome } from './context.js'
import type { Admission } from './admission.js'
import type { Answer } from './answer-events.js'
import type { Head } from './head.js'
import { hasItem } from './known-fields.js'
import { ReceivedRequest } from './received-request.js'
import { RequestBody } from './request-body.js'
import type { BodySource } from './request-body.js'

/** One request over HTTP/1.x and its answer. */
export interface Exchange {
  readonly request: ReceivedRequest
  /** Of a request that has more than an empty one. */
  readonly body: RequestBody | undefined
  /** `100 Continue` is due. */
  readonly continues: boolean
  /** Whether another request may follow, as far as is known. */
  keepAlive: boolean
  answer?: Answer
  abandoned: boolean
  /** We ended the connection in the middle of the answer. */
  broken: boolean
  /** The connection belongs to somebody else since it had sent this many bytes. */
  upgradedAt?: number
}

/** @param upgrade gives the connection away */
export function openExchange(
  { method, target, version, length }: Head,
  { headers, known, framing, close, refusal, classification }: Admission,
  connection: Connection,
  source: BodySource,
  upgrade: (exchange: Exchange) => Duplex,
): Exchange {
  // After such a refusal there is no telling where a body would be.
  const hasBody = framing.kind !== 'none' && refusal?.close !== true
  const isEmpty = framing.kind === 'length' && framing.length === 0
  const body = hasBody && !isEmpty ? new RequestBody(source) : undefined
  const expectant = body !== undefined && version === '1.1' && known.expect === '100-continue'
  const upgrades = version === '1.1' && known.upgrade !== '' && hasItem(known.connection, 'upgrade')
  const parts = {
    connection,
    method,
    target,
    version,
    headers,
    hasBody,
    headBytes: length,
    classification,
    refusal,
    upgrade: upgrades && refusal === undefined ? () => upgrade(exchange) : undefined,
  }
  const persistent =
    version === '1.0'
      ? hasItem(known.connection, 'keep-alive')
      : !hasItem(known.connection, 'close')
  const exchange: Exchange = {
    request: new ReceivedRequest(parts, body),
    body,
    // Elastic Load Balancing user guide, "HTTP connections": sent at once.
    continues: expectant && refusal === undefined,
    // Without it the body may never come, and the next request stand in its place.
    keepAlive: persistent && !close && !(expectant && refusal !== undefined),
    abandoned: false,
    broken: false,
  }
  return exchange
}

/** The client has gone. */
export function abandon(exchange: Exchange): void {
  exchange.abandoned = true
  exchange.request.abandon()
}

/** @param bytesWritten by the connection, ever */
export function toOutcome(exchange: Exchange, bytesWritten: number): Outcome {
  const { answer, abandoned, upgradedAt } = exchange
  const sentBytes = upgradedAt === undefined ? (answer?.sentBytes ?? 0) : bytesWritten - upgradedAt
  return { sentBytes, abandoned }
}
