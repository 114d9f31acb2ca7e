import type { HeaderList } from '../message.js'

/** What a side said to a request. */
export type Answer = Response | NoAnswer

export interface Response {
  readonly status: number
  readonly reason: string
  /** As they came, one byte per character. */
  readonly headers: HeaderList
  readonly body: CapturedBody
  /** From sending the request to the last byte of the answer. */
  readonly ms: number
  readonly receivedAt: Date
  /** Why local-alb answered in the target's place. */
  readonly refusal?: string | undefined
}

/** The side took the request and gave no whole answer: it cut the connection or said nothing for too long. */
export interface NoAnswer {
  readonly failure: string
  readonly ms: number
}

export function isResponse(answer: Answer): answer is Response {
  return 'status' in answer
}

/** A body as it came over the wire, still in its content coding. */
export interface CapturedBody {
  /** The beginning, at most {@link MAX_KEPT_BYTES}. */
  readonly bytes: Buffer
  readonly length: number
  /** Of all of it, hexadecimal. */
  readonly sha256: string
}

/** Far above what a load balancer lets a function answer, and so little that a few fit into memory. */
export const MAX_KEPT_BYTES: number = 16 * 1024 * 1024

export function isWhole(body: CapturedBody): boolean {
  return body.bytes.length === body.length
}
