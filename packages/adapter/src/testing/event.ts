import { randomBytes } from 'node:crypto'
import type { AlbEvent } from '../alb/event.js'

/** The two forms in which a target group and a function exchange headers and queries. */
export type AlbMode = 'single' | 'multi'

type Pairs = readonly (readonly [name: string, value: string])[]

/** A request as a client sends it to the load balancer. All members are optional. */
export interface AlbEventInit {
  /** Default: `'GET'`. */
  readonly method?: string
  /** Path and query as they stand in the request line, encoded. Default: `'/'`. */
  readonly url?: string
  /**
   * Header fields: an object, with arrays for repeated fields, or pairs in order. Added to those that
   * every request has here: `host` and, for a body, `content-length`; set one to replace it.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | Pairs
  /** A string, bytes, or any other value, which is sent as JSON with its content type. */
  readonly body?: unknown
  /**
   * The target group's form: `'multi'` when `lambda.multi_value_headers.enabled` is true.
   * Default: `'single'`, as AWS's.
   */
  readonly mode?: AlbMode
  /** The client's address. Default: `'203.0.113.7'`. */
  readonly clientAddress?: string
  /** The listener's protocol. Default: `'https'`. */
  readonly protocol?: 'http' | 'https'
}

/** A load balancer's probe. */
export interface HealthCheckInit {
  /** Path and query of the probe. Default: `'/'`. */
  readonly url?: string
  /** Default: `'single'`. */
  readonly mode?: AlbMode
}

const TARGET_GROUP =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/test/0123456789abcdef'

/**
 * The event by which an ALB invokes a function for this request: names in lower case and in
 * alphabetical order, the query split but not decoded, in single-value mode only the last of repeated
 * fields, the body in base64 unless its type is one of the few that AWS lists, and the `X-Forwarded-*`
 * and trace fields added.
 */
export function createAlbEvent(init: AlbEventInit = {}): AlbEvent {
  const { method = 'GET', url = '/', mode = 'single', protocol = 'https' } = init
  const body = toBody(init.body)
  const fields = new Map<string, string[]>([['host', ['example.com']]])
  if (body.type !== undefined) fields.set('content-type', [body.type])
  if (body.bytes.length > 0) fields.set('content-length', [String(body.bytes.length)])
  const given = new Map<string, string[]>()
  for (const [name, value] of toPairs(init.headers)) append(given, name.toLowerCase(), value)
  for (const [name, values] of given) fields.set(name, values)
  const forwardedFor = [
    ...(fields.get('x-forwarded-for') ?? []),
    init.clientAddress ?? '203.0.113.7',
  ]
  fields.set('x-forwarded-for', [forwardedFor.join(', ')])
  fields.set('x-forwarded-port', [protocol === 'https' ? '443' : '80'])
  fields.set('x-forwarded-proto', [protocol])
  fields.set('x-amzn-trace-id', [toTraceId(fields.get('x-amzn-trace-id')?.at(-1))])
  // The default port of the listener is taken off (ALB user guide, "Host header").
  const host = fields.get('host')?.map((name) => name.toLowerCase().replace(/:(?:80|443)$/, ''))
  if (host !== undefined) fields.set('host', host)
  const { path, query } = split(url)
  const isBase64Encoded = body.bytes.length > 0 && !isText(fields)
  return {
    requestContext: { elb: { targetGroupArn: TARGET_GROUP } },
    httpMethod: method,
    path,
    ...inMode(mode, query, fields),
    body: body.bytes.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  }
}

/**
 * The event of a health check: only a user agent, no host, no `X-Forwarded-*` (ALB user guide, "Lambda
 * functions as targets", "Health checks"). AWS shows it in single-value form only.
 */
export function createHealthCheckEvent(init: HealthCheckInit = {}): AlbEvent {
  const { path, query } = split(init.url ?? '/')
  return {
    requestContext: { elb: { targetGroupArn: TARGET_GROUP } },
    httpMethod: 'GET',
    path,
    ...inMode(init.mode ?? 'single', query, new Map([['user-agent', ['ELB-HealthChecker/2.0']]])),
    body: '',
    isBase64Encoded: false,
  }
}

function toBody(body: unknown): { bytes: Buffer; type?: string } {
  if (body === undefined || body === null) return { bytes: Buffer.alloc(0) }
  if (typeof body === 'string') return { bytes: Buffer.from(body) }
  if (body instanceof Uint8Array) return { bytes: Buffer.from(body) }
  return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' }
}

function toPairs(headers: AlbEventInit['headers']): Pairs {
  if (headers === undefined) return []
  if (Array.isArray(headers)) return headers as Pairs
  return Object.entries(headers as Record<string, string | readonly string[]>).flatMap(
    ([name, values]) => [values].flat().map((value): [string, string] => [name, value]),
  )
}

function append(map: Map<string, string[]>, name: string, value: string): void {
  const values = map.get(name)
  if (values === undefined) map.set(name, [value])
  else values.push(value)
}

function split(url: string): { path: string; query: Map<string, string[]> } {
  const mark = url.indexOf('?')
  const query = new Map<string, string[]>()
  if (mark === -1) return { path: url, query }
  for (const piece of url.slice(mark + 1).split('&')) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    if (equals === -1) append(query, piece, '')
    else append(query, piece.slice(0, equals), piece.slice(equals + 1))
  }
  return { path: url.slice(0, mark), query }
}

function inMode(
  mode: AlbMode,
  query: Map<string, string[]>,
  fields: Map<string, string[]>,
): Partial<AlbEvent> {
  return mode === 'multi'
    ? { multiValueQueryStringParameters: sorted(query), multiValueHeaders: sorted(fields) }
    : { queryStringParameters: lastValues(query), headers: lastValues(fields) }
}

function sorted(map: Map<string, string[]>): Record<string, string[]> {
  return Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function lastValues(map: Map<string, string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sorted(map)).map(([name, values]) => [name, values.at(-1) ?? '']),
  )
}

const TEXT = /^(?:text\/[^;]*|application\/(?:json|javascript|xml))\s*(?:;|$)/i

function isText(fields: Map<string, string[]>): boolean {
  return !fields.has('content-encoding') && TEXT.test(fields.get('content-type')?.at(-1) ?? '')
}

/**
 * The trace field that the load balancer passes on: its own id as the root, or before the fields of the
 * client's (ELB user guide, "Request tracing").
 */
function toTraceId(given: string | undefined): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  const own = `1-${seconds}-${randomBytes(12).toString('hex')}`
  const others = (given ?? '').split(';').filter((field) => !/^\s*(?:Self=|$)/.test(field))
  return others.some((field) => /^\s*Root=/.test(field))
    ? `Self=${own};${others.join(';')}`
    : [`Root=${own}`, ...others].join(';')
}
