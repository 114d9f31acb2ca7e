import type { HeaderField, HttpRequest } from '../message.js'
import type { Settings } from '../options.js'
import type { ForwardedRequest } from '../targets/target.js'
import { sortOut } from './client-fields.js'
import { toForwardedForFields } from './forwarded-for.js'
import { toHostFields } from './host.js'
import { normalizePath, parseRequestTarget } from './request-target.js'
import { toTraceId } from './trace-id.js'

/**
 * A request as the load balancer passes it to a target of any type (ALB user guide, "HTTP headers and Application Load
 * Balancers", "Request tracing", "Host header preservation").
 *
 * The load balancer's own fields come first, as in requests seen behind one; the client's follow in their order and
 * spelling.
 *
 * @throws {RefusedError} 400 for a target that is neither a path nor a URL
 */
export function forward(request: HttpRequest, settings: Settings): ForwardedRequest {
  const { connection, upgrade } = request
  const { path, query, authority } = parseRequestTarget(request.target)
  const port = settings.listenerPort ?? connection.local.port
  const client = sortOut(request.headers, request.version === '2.0', settings)
  const host = { fields: client.host, targetAuthority: authority, authority: request.authority }
  const headers: HeaderField[] = [
    ...toForwardedForFields(client.forwardedFor, connection.client, settings),
    ['X-Forwarded-Proto', connection.protocol],
    ['X-Forwarded-Port', String(port)],
    ...toHostFields(host, port, settings),
    ['X-Amzn-Trace-Id', toTraceId(client.traceId, client.bytes, request.receivedAt)],
  ]
  if (settings.tlsHeaders && connection.tls !== undefined) {
    headers.push(['X-Amzn-Tls-Version', connection.tls.version])
    headers.push(['X-Amzn-Tls-Cipher-Suite', connection.tls.cipher])
  }
  for (const field of client.others) headers.push(field)
  return {
    connection,
    method: request.method,
    target: request.target,
    version: request.version,
    headers,
    path: settings.normalizePath ? normalizePath(path) : path,
    query,
    // A listener may make these only when someone asks.
    get body() {
      return request.body
    },
    get signal() {
      return request.signal
    },
    hasBody: request.hasBody,
    headBytes: request.headBytes,
    receivedAt: request.receivedAt,
    ...(upgrade && { upgrade: () => upgrade.call(request) }),
  }
}
