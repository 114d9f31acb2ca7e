import { RefusedError } from '../message.js'

/** AWS: "HTTP 504: Gateway timeout". */
export const CONNECT_TIMEOUT_SECONDS = 10
/** AWS: "Quotas for your Application Load Balancers". */
export const MAX_RESPONSE_HEADER_BYTES: number = 32 * 1024

/**
 * What the load balancer answers when a target does not (AWS: "Troubleshoot your Application Load Balancers", "HTTP 502" and
 * "HTTP 504").
 */
export function toTargetFailure(error: unknown, target: string): RefusedError {
  if (error instanceof RefusedError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'HPE_HEADER_OVERFLOW') {
    return refused(
      502,
      `${target} answered with a header section of more than ${MAX_RESPONSE_HEADER_BYTES} bytes`,
    )
  }
  if (code.startsWith('HPE_')) {
    return refused(502, `${target} answered with something that is not HTTP: ${message} (${code})`)
  }
  if (/^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code)) {
    return refused(
      502,
      `the TLS handshake with ${target} failed: ${message}; is it an https server?`,
    )
  }
  const known = KNOWN[code]
  return known ? refused(known[0], `${target} ${known[1]}`) : refused(502, `${target}: ${message}`)
}

const KNOWN: Readonly<Record<string, readonly [status: number, explanation: string] | undefined>> =
  {
    ECONNREFUSED: [502, 'refused the connection; start the server, or mend the URL of the target'],
    ECONNRESET: [
      502,
      'closed the connection before it had answered; when that happens on connections that were idle, ' +
        "let the server's keep-alive timeout (in Node server.keepAliveTimeout) be longer than the load balancer's idle timeout",
    ],
    EPIPE: [502, 'closed the connection before it had read the request'],
    EHOSTUNREACH: [502, 'cannot be reached: no route to its host'],
    ENETUNREACH: [502, 'cannot be reached: no route to its network'],
    ENOTFOUND: [502, 'cannot be found: no address belongs to that host name'],
    EAI_AGAIN: [502, 'cannot be found: the host name could not be looked up'],
    ETIMEDOUT: [504, `took no connection within ${CONNECT_TIMEOUT_SECONDS} seconds`],
    ERR_INVALID_CHAR: [400, 'is not sent the request: a header field holds a control character'],
    ERR_INVALID_HTTP_TOKEN: [
      400,
      'is not sent the request: its method or a field name is no HTTP token',
    ],
  }

function refused(status: number, explanation: string): RefusedError {
  return new RefusedError({ status, explanation })
}
