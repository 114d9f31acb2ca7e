/**
 * What the two halves of the adapter exchange: plain data, no Lambda JSON and no Node objects.
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
  readonly body: readonly (string | Buffer)[]
}

/** The first value of the field `name` (lower-case), or `undefined`. */
export function firstValue(rawHeaders: readonly string[], name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) return rawHeaders[i + 1]
  }
  return undefined
}

/** The body's bytes in one buffer. */
export function bodyBytes(body: ResponseParts['body']): Buffer {
  const [only] = body
  if (body.length === 1 && typeof only !== 'string' && only !== undefined) return only
  return Buffer.concat(
    body.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  )
}
