import type { IncomingMessage } from 'node:http'
import type { LogCode } from './log.js'

/**
 * What the two halves of the adapter exchange: plain data and no Lambda JSON.
 * `alb/` makes {@link RequestParts} from an event and a result from {@link ResponseParts};
 * `http/` turns the first into a request and reads the second off a response.
 */

/** A request as it goes to the app. */
export interface RequestParts {
  readonly method: string
  /** The request target: path and query, with only the bytes escaped that HTTP forbids there. */
  readonly target: string
  /** Names and values in turn, as in Node's `rawHeaders`. Owned by the receiver. */
  readonly rawHeaders: string[]
  /**
   * The same fields by name when every name is lower-case and occurs once, so that Node's rules for
   * joining repeated fields have nothing to do. Owned by the receiver.
   */
  readonly headers: Record<string, string> | undefined
  /** The body's bytes; empty when there is none. */
  readonly body: Buffer
}

/** A response as the app wrote it, without the fields that concern only one connection. */
export interface ResponseParts {
  readonly statusCode: number
  /** The reason phrase: `res.statusMessage`, or Node's text for the status. */
  readonly statusMessage: string
  /** Names and values in turn, as in Node's `rawHeaders`; a repeated field is repeated here. */
  readonly rawHeaders: readonly string[]
  /** The body in the pieces that were written; a string stands for its UTF-8 bytes. */
  readonly body: readonly (string | Uint8Array)[]
  /** The request as the app left it, for the log. */
  readonly req?: IncomingMessage
}

/** A request that failed, and what its log entry should say of it. */
export interface Failed {
  readonly code: LogCode
  readonly error?: unknown
  /** Bytes of body. */
  readonly size?: number
  readonly req?: IncomingMessage
}

/** Tests whether what stands at `i` is a value of the field `name` (lower-case). */
export function isLineOf(
  rawHeaders: readonly string[],
  name: string,
): (text: string, i: number) => boolean {
  return (_, i) => i % 2 > 0 && (rawHeaders[i - 1] as string).toLowerCase() === name
}

/** The values of the field `name` (lower-case), line by line. */
export function fieldLines(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter(isLineOf(rawHeaders, name))
}

/** The body's bytes in one buffer, which may be the only piece itself. */
export function bodyBytes(body: ResponseParts['body']): Buffer {
  return body.length === 1 ? toBuffer(body[0] as string) : copyBytes(body)
}

/** The body's bytes in a buffer of their own. */
export function copyBytes(body: ResponseParts['body']): Buffer {
  return Buffer.concat(body.map(toBuffer))
}

function toBuffer(piece: string | Uint8Array): Buffer {
  return Buffer.isBuffer(piece) ? piece : Buffer.from(piece)
}

/** The standard reason phrase of a status. */
export function phraseOf(statusCode: number): string {
  return process.getBuiltinModule('node:http').STATUS_CODES[statusCode] ?? 'Unknown'
}
