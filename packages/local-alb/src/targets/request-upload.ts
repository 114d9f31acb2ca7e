import type { ClientRequest } from 'node:http'
import { fieldValues, RefusedError } from '../message.js'
import type { ForwardedRequest, TargetReport } from './target.js'

const KEPT_BYTES = 65_536

/**
 * Sends the body on as it comes, no faster than the target takes it. A body of up to 64 KB goes into the report as well;
 * none of a longer one, since part of a body is no body to look at or to send again.
 */
export function upload(
  request: ForwardedRequest,
  outgoing: ClientRequest,
  report: TargetReport,
): void {
  if (!request.hasBody) {
    outgoing.end()
    return
  }
  const { body } = request
  const declared = fieldValues(request.headers, 'content-length')[0]
  const kept: Buffer[] = []
  let bytes = 0
  let ended = false
  const fail = (problem: string | RefusedError): void => {
    body.unpipe(outgoing)
    outgoing.destroy(
      typeof problem === 'string'
        ? new RefusedError({ status: 400, explanation: problem, close: true })
        : problem,
    )
  }
  body
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= KEPT_BYTES) kept.push(chunk)
      else kept.length = 0
      // It would be taken for the next request on that connection.
      if (declared !== undefined && bytes > Number(declared)) fail(wrongLength(declared))
    })
    .on('end', () => {
      ended = true
      if (bytes <= KEPT_BYTES) report.requestBody = Buffer.concat(kept)
      if (declared !== undefined && bytes < Number(declared)) fail(wrongLength(declared))
    })
    .on('error', (error) => {
      // The listener's own says more: malformed, or silent for too long.
      const isKnown = error instanceof RefusedError
      fail(isKnown ? error : `the client did not send all of the request body: ${error.message}`)
    })
    .on('close', () => {
      if (!ended) fail('the client did not send all of the request body')
    })
    .pipe(outgoing)
  outgoing.on('close', () => {
    if (!ended) body.destroy()
  })
}

function wrongLength(declared: string): string {
  return `the request body has another length than its Content-Length says (${declared})`
}

/** The target has all of the body that there is, so the client is who keeps everybody waiting. */
export function isClientSilent(
  { hasBody, body }: ForwardedRequest,
  outgoing: ClientRequest,
): boolean {
  return hasBody && !body.readableEnded && !body.destroyed && !outgoing.writableNeedDrain
}
