import { Readable } from 'node:stream'
import type { Exchange } from '../exchange.js'
import type { HttpRequest, HttpResponse } from '../message.js'

type KeptRequest = Omit<HttpRequest, 'body' | 'signal' | 'upgrade'>

/**
 * An exchange without the parts that hold on to a connection. Ten thousand of these may be kept; ten thousand sockets,
 * parsers and streams may not. An `Exchange` that is still under way is one as well.
 */
export interface KeptExchange extends Omit<Exchange, 'request' | 'forwarded' | 'response'> {
  readonly request: KeptRequest
  forwarded?: KeptRequest & { readonly path: string; readonly query: string | undefined }
  response?: Omit<HttpResponse, 'body'> & { readonly body: HttpResponse['body'] }
  /** The response's body went through as a stream and was not kept. */
  readonly streamed?: boolean
  /** Its bodies, event, result and logs were dropped to make room for newer ones. */
  readonly trimmed?: boolean
}

/** What is kept of an exchange that has ended. */
export function toKept(exchange: Exchange): KeptExchange {
  const { request, forwarded, response, targetGroup, ...rest } = exchange
  return {
    ...rest,
    request: toKeptRequest(request),
    ...(forwarded && {
      forwarded: {
        ...toKeptRequest(forwarded),
        path: forwarded.path,
        query: forwarded.query,
      },
    }),
    ...(targetGroup && { targetGroup: { name: targetGroup.name, arn: targetGroup.arn } }),
    ...(response && { response: { ...response, body: bytesOf(response.body) } }),
    ...(response?.body instanceof Readable && { streamed: true }),
  }
}

/** The same without what takes room. */
export function toTrimmed(exchange: KeptExchange): KeptExchange {
  const { response, invocation } = exchange
  const outline: KeptExchange = {
    ...exchange,
    ...(response && { response: { ...response, body: undefined } }),
    ...(invocation && { invocation: { ...invocation, logs: [] } }),
    trimmed: true,
  }
  delete outline.event
  delete outline.result
  delete outline.requestBody
  delete outline.forwarded
  return outline
}

/** An exchange that a load balancer can send again: its body can be read once more and its client does not go away. */
export function toReplayable({ id, startedAt, request, requestBody }: KeptExchange): Exchange {
  return {
    id,
    startedAt,
    request: {
      ...request,
      body: Readable.from(requestBody === undefined ? [] : [requestBody]),
      signal: new AbortController().signal,
    },
    ...(requestBody && { requestBody }),
  }
}

/** Why an exchange cannot be sent again, in a sentence; `undefined` when it can. */
export function replayObstacle(kept: KeptExchange): string | undefined {
  const { request, requestBody } = kept
  if (request.method === '')
    return 'The request could not be read, so there is nothing to send again.'
  if (!request.hasBody) return undefined
  if (kept.trimmed === true) return 'Its body was dropped to make room for newer requests.'
  const declared = declaredLength(kept)
  if (requestBody === undefined && declared !== 0)
    return 'Its body was not read, so it was not kept.'
  if (declared !== undefined && declared > (requestBody?.length ?? 0)) {
    return `Only ${requestBody?.length ?? 0} of the ${declared} bytes of its body were kept.`
  }
  return undefined
}

/** What the client's `Content-Length` said; `undefined` without one. */
function declaredLength({ request }: KeptExchange): number | undefined {
  const field = request.headers.find(([name]) => name.toLowerCase() === 'content-length')
  return field === undefined || !/^\d+$/.test(field[1]) ? undefined : Number(field[1])
}

function toKeptRequest(request: HttpRequest): KeptRequest {
  const {
    connection,
    method,
    target,
    version,
    headers,
    authority,
    hasBody,
    headBytes,
    receivedAt,
  } = request
  return {
    connection,
    method,
    target,
    version,
    headers,
    hasBody,
    headBytes,
    receivedAt,
    ...(authority !== undefined && { authority }),
    ...(request.refusal && { refusal: request.refusal }),
  }
}

function bytesOf(body: HttpResponse['body']): Buffer | undefined {
  return Buffer.isBuffer(body) ? body : undefined
}
