import type { Exchange } from './exchange.js'
import { fieldValues } from './message.js'

/** What a line says of the load balancer itself. */
export interface LogIdentity {
  /** As in AWS: `app/<name>/<id>`. */
  readonly loadBalancer: string
  /** The port of the listener as it is shown; the request's own by default. */
  readonly listenerPort?: number
  /** What stands for the host of a request that names none: the load balancer's DNS name. Default `localhost`. */
  readonly dnsName?: string
}

/**
 * One line as an ALB writes it to S3, without the line break. Fields that do not apply here (certificate ARN) are `-`.
 *
 * Source: AWS, "Access logs for your Application Load Balancer", "Access log entries": the order, the quotes, `-1` for a
 * time that did not come to pass, priority 0 for the default rule. The last three fields are those of rule transforms.
 * What stands for a request that could not be read, and `-` for the priority of one that no rule saw, is as in published
 * logs of load balancers; those of 2026 have three more fields at the end, the first of them the node's address.
 */
export function toAccessLogLine(exchange: Exchange, identity: LogIdentity): string {
  const { request, forwarded } = exchange
  const { connection } = request
  const headers = forwarded?.headers ?? request.headers
  const status = statusOf(exchange)
  return [
    typeOf(exchange),
    new Date(request.receivedAt.getTime() + elapsed(exchange)).toISOString().replace('Z', '000Z'),
    identity.loadBalancer,
    `${connection.client.address}:${connection.client.port}`,
    targetOf(exchange),
    seconds(exchange.startedAt, exchange.sentAt),
    seconds(exchange.sentAt, exchange.answeredAt),
    seconds(exchange.answeredAt, exchange.endedAt),
    status,
    exchange.targetStatus ?? '-',
    isReadable(exchange) ? request.headBytes + (exchange.requestBody?.length ?? 0) : 0,
    exchange.sentBytes ?? 0,
    quote(requestLine(exchange, identity)),
    quote(fieldValues(headers, 'user-agent').at(-1)),
    connection.tls?.cipher ?? '-',
    connection.tls?.version ?? '-',
    exchange.targetGroup?.arn ?? '-',
    quote(forwarded && fieldValues(forwarded.headers, 'x-amzn-trace-id')[0]),
    quote(connection.tls?.serverName),
    quote(undefined), // chosen_cert_arn: a certificate of this machine has no ARN
    priorityOf(exchange),
    request.receivedAt.toISOString().replace('Z', '000Z'),
    quote(exchange.action),
    quote(exchange.action === 'redirect' ? redirectUrl(exchange) : undefined),
    quote(exchange.refusal?.errorReason),
    quote(exchange.targetGroup === undefined ? undefined : targetOf(exchange)),
    quote(exchange.targetStatus?.toString()),
    quote(request.classification && request.classification.kind),
    quote(request.classification?.reason),
    traceOf(exchange),
    quote(exchange.transformed?.host),
    quote(exchange.transformed?.uri),
    quote(exchange.transformed === undefined ? undefined : 'TransformSuccess'),
  ].join(' ')
}

function statusOf({ abandoned, response }: Exchange): number | '-' {
  // AWS, "Troubleshoot your Application Load Balancers": 460 stands in the log only; nobody was there to read it.
  return abandoned === true ? 460 : (response?.status ?? '-')
}

function typeOf({ request, response }: Exchange): string {
  const { protocol } = request.connection
  if (response?.status === 101) return protocol === 'https' ? 'wss' : 'ws'
  return request.version === '2.0' ? 'h2' : protocol
}

/** Functions have no address; AWS writes `-` for them. */
function targetOf({ target }: Exchange): string {
  if (target === undefined || !URL.canParse(target)) return '-'
  const { hostname, port, protocol } = new URL(target)
  if (protocol !== 'http:' && protocol !== 'https:') return '-'
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}

function elapsed({ startedAt, endedAt }: Exchange): number {
  return endedAt === undefined ? 0 : endedAt - startedAt
}

function seconds(from: number | undefined, to: number | undefined): string {
  return from === undefined || to === undefined ? '-1' : ((to - from) / 1000).toFixed(3)
}

function priorityOf({ rule }: Exchange): string {
  return rule === 'default' ? '0' : (rule ?? '-')
}

/** Whether the request line could be read. */
function isReadable({ request }: Exchange): boolean {
  return request.method !== '' && request.target !== '' && request.version !== ''
}

function requestLine(exchange: Exchange, identity: LogIdentity): string {
  const { connection, authority, headers, method, target, version } = exchange.request
  const { listenerPort = connection.local.port, dnsName = 'localhost' } = identity
  const host = authority ?? (fieldValues(headers, 'host')[0] || dnsName)
  const origin = `${connection.protocol}://${host.replace(/:\d*$/, '')}:${listenerPort}`
  if (!isReadable(exchange)) return `- ${origin}- -`
  const isAbsolute = /^[a-z][a-z\d+.-]*:\/\//i.test(target)
  return `${method} ${isAbsolute ? target : origin + target} HTTP/${version}`
}

function redirectUrl({ response }: Exchange): string | undefined {
  return response && fieldValues(response.headers, 'location')[0]
}

/** AWS's trace of a connection, one for each client connection. */
function traceOf({ request }: Exchange): string {
  const { client } = request.connection
  return `TID_${Buffer.from(`${client.address}:${client.port}`).toString('hex').padEnd(32, '0').slice(-32)}`
}

/** Bytes that would end the field or the line are written as `\xHH`, so that a client cannot forge an entry. */
function quote(value: string | undefined): string {
  if (value === undefined || value === '') return '"-"'
  // oxlint-disable-next-line no-control-regex -- these are the ones to find
  const escaped = value.replace(/["\\\u0000-\u001F\u007F-\u00FF]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
  return `"${escaped}"`
}
