import type { Readable } from 'node:stream'
import { RefusedError } from '../message.js'
import type { ForwardedRequest } from './target.js'

/**
 * All of a request's body. A load balancer reads it whole before it invokes a function.
 *
 * @param limit in bytes; a declared length above it is refused without reading
 * @throws {RefusedError} 413 `LambdaRequestTooLarge`; 400 when the client went away half-way; what the body fails with
 */
export async function readRequestBody(request: ForwardedRequest, limit: number): Promise<Buffer> {
  if (!request.hasBody) return EMPTY
  const declared = declaredLength(request)
  if (declared > limit) {
    request.body.destroy()
    throw tooLarge(`declared as ${declared.toLocaleString('en')} bytes`, limit)
  }
  return collect(request.body, limit)
}

const EMPTY = Buffer.alloc(0)

function declaredLength({ headers }: ForwardedRequest): number {
  const length = headers.find(([name]) => LENGTH_NAME.test(name))?.[1]
  return Number(length ?? 0)
}

const LENGTH_NAME = /^content-length$/i

function collect(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve, reject) => {
    body
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length
        chunks.push(chunk)
        if (bytes <= limit) return
        reject(tooLarge(`over ${limit.toLocaleString('en')} bytes`, limit))
        body.destroy()
      })
      .on('end', () => {
        const [only] = chunks
        resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes))
      })
      .on('error', (error) => {
        // The listener's own says more: malformed, or silent for too long.
        reject(error instanceof RefusedError ? error : leftHalfway(error.message))
      })
      .on('close', () => {
        // Settled already, unless it was destroyed without an error.
        reject(leftHalfway('the connection was closed'))
      })
  })
}

/** ALB user guide, "Lambda functions as targets", "Limits": 1 MB; "Troubleshoot", "HTTP 413". */
function tooLarge(what: string, limit: number): RefusedError {
  return new RefusedError({
    status: 413,
    errorReason: 'LambdaRequestTooLarge',
    explanation: `The request body is ${what} and the ALB passes ${limit.toLocaleString('en')} at most to a function; upload large files to S3 with a presigned URL`,
  })
}

/** ALB user guide, "Troubleshoot", "HTTP 400": the client closed the connection before it sent the whole body. */
function leftHalfway(why: string): RefusedError {
  return new RefusedError({
    status: 400,
    explanation: `The client did not send all of the request body: ${why}`,
    close: true,
  })
}
