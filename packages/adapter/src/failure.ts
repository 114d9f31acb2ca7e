import { STATUS_CODES, type IncomingMessage } from 'node:http'
import { MAX_RESULT_BYTES } from './alb/size.js'
import type { Failure } from './http/dispatch.js'
import type { Invocation } from './invocation.js'
import { toLoggedError, type LogCode, type LogEntry, type Logger } from './log.js'
import type { RequestParts, ResponseParts } from './parts.js'

/** A request that got no response of the app's, or none that could be sent. */
export interface Failed {
  readonly failure:
    | Failure
    /** The app was not initialised in time. */
    | 'init-out-of-time'
    /** A hook threw, or made a response that cannot be sent. */
    | 'hook-failed'
  readonly error?: unknown
  /** Bytes of body. */
  readonly size?: number
  readonly req?: IncomingMessage
}

interface FailureAnswer {
  readonly statusCode: number
  readonly code: LogCode
  readonly message: string
  readonly advice: string
}

/** What the client gets and what the log says when there is no response of the app's. */
const ANSWERS: Readonly<Record<Failed['failure'], FailureAnswer>> = {
  'listener-failed': {
    statusCode: 500,
    code: 'LISTENER_FAILED',
    message: 'the request listener failed',
    advice: "Handle the error in the app, which can answer it in the app's own way.",
  },
  disconnected: {
    // What an ALB answers when an EC2 target resets the connection.
    statusCode: 502,
    code: 'CONNECTION_DESTROYED',
    message: 'the app destroyed the connection before it finished the response',
    advice:
      'Look for destroy() on the request, the response or the socket, and for socket timeouts.',
  },
  'out-of-time': {
    statusCode: 504,
    code: 'OUT_OF_TIME',
    message: 'the response was not finished shortly before the Lambda deadline',
    advice: "Find what the route waits for, or raise the function's timeout.",
  },
  'init-out-of-time': {
    statusCode: 504,
    code: 'OUT_OF_TIME',
    message: 'the app was not initialised shortly before the Lambda deadline',
    advice: "Find what the app's start waits for, or raise the function's timeout.",
  },
  'hook-failed': {
    statusCode: 500,
    code: 'HOOK_FAILED',
    message: 'a hook (onResponse or oversize) or the compression of the response failed',
    advice: 'Mend the function given to createHandler.',
  },
  'too-large': {
    statusCode: 500,
    code: 'RESPONSE_TOO_LARGE',
    message: 'the response is too large for the load balancer',
    advice:
      'An ALB takes 1 MB of JSON from a function: about 768 KiB of binary data. Page it, compress ' +
      'it, or redirect to storage (option oversize).',
  },
}

/**
 * Logs a failure, once, and gives the answer for it. The answer tells the client nothing of the cause;
 * that is in the log.
 */
export function reportFailure(failed: Failed, request: LoggedRequest, logger: Logger): ResponseParts {
  const { statusCode, code, message, advice } = ANSWERS[failed.failure]
  const { error, size, req } = failed
  logger.error(
    {
      code,
      ...requestOf(request, req),
      ...(failed.failure === 'too-large' && size !== undefined ? { size, limit: MAX_RESULT_BYTES } : {}),
      advice,
      ...(error === undefined || error === null ? {} : { error: toLoggedError(error) }),
    },
    message,
  )
  return plainResponse(statusCode)
}

/** What log entries say of a request. */
interface LoggedRequest {
  readonly invocation: Invocation
  readonly request: RequestParts
}

/** The members of a log entry that say which request it is about. */
export function requestOf(
  { invocation, request }: LoggedRequest,
  req?: IncomingMessage,
): Partial<LogEntry> {
  // Express and its router note the matching route on the request.
  const routed = req as { route?: { path?: unknown }; baseUrl?: unknown } | undefined
  const pattern = routed?.route?.path
  const base = typeof routed?.baseUrl === 'string' ? routed.baseUrl : ''
  const [path = ''] = request.target.split('?', 1)
  return {
    requestId: invocation.context?.awsRequestId,
    method: request.method,
    path,
    ...(typeof pattern === 'string' ? { route: base + pattern } : {}),
  }
}

/** A small text response with the standard phrase of its status. */
export function plainResponse(statusCode: number): ResponseParts {
  const statusMessage = STATUS_CODES[statusCode] ?? ''
  return {
    statusCode,
    statusMessage,
    rawHeaders: ['Content-Type', 'text/plain; charset=utf-8', 'Cache-Control', 'no-store'],
    body: [statusMessage],
  }
}
