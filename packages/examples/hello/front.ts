// A minimal stand-in for an ALB in front of a function, in multi-value mode: HTTP request -> event ->
// handler -> result -> HTTP response. Left out: single-value mode, rules, health checks, the refusal
// of upgrades, and Lambda itself (its handler takes one event at a time in each environment).
//
// What an ALB does is from the ALB user guide, "Lambda functions as targets".
import { isUtf8 } from 'node:buffer'
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AlbEvent, AlbHandler, AlbResult } from 'express-alb'

const MAX_BODY_BYTES = 1_048_576
const FUNCTION_TIMEOUT_MS = 30_000
const TARGET_GROUP =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/hello/0123456789abcdef'

/** A server that answers through ALB events and `handler`; it does not listen yet. */
export function createFront(handler: AlbHandler): Server {
  return createServer((req, res) => {
    // What is left to go wrong is the client's connection.
    forward(req, res, handler).catch(() => {
      res.destroy()
    })
  })
}

async function forward(
  req: IncomingMessage,
  res: ServerResponse,
  handler: AlbHandler,
): Promise<void> {
  const body = await readBody(req)
  if (body === undefined) {
    res.writeHead(413).end()
    return
  }
  try {
    const deadline = Date.now() + FUNCTION_TIMEOUT_MS
    const result = await handler(toEvent(req, body), {
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => deadline - Date.now(),
    })
    // Lambda writes what a handler returns as JSON, and the load balancer reads that.
    sendResult(res, JSON.parse(JSON.stringify(result)) as AlbResult)
  } catch (error) {
    console.error(`502 for ${req.method} ${req.url}:`, error)
    // Nothing of a result that was half taken over.
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    res.writeHead(502, 'Bad Gateway', { 'content-type': 'text/plain' }).end('Bad Gateway')
  }
}

/** The whole body; `undefined` when it is larger than an ALB hands to a function. */
async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks)
}

function toEvent(req: IncomingMessage, body: Buffer): AlbEvent {
  const [path, query] = splitTarget(req.url ?? '/')
  const isBase64Encoded = body.length > 0 && !isText(req, body)
  return {
    requestContext: { elb: { targetGroupArn: TARGET_GROUP } },
    httpMethod: req.method ?? 'GET',
    path,
    multiValueQueryStringParameters: toMultiValueMap(query),
    multiValueHeaders: toMultiValueMap(toHeaders(req)),
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  }
}

type Pair = readonly [name: string, value: string]

/** Path and query, which an ALB splits and does not decode. */
function splitTarget(target: string): [path: string, query: Pair[]] {
  const mark = target.indexOf('?')
  if (mark < 0) return [target, []]
  const pieces = target.slice(mark + 1).split('&')
  const query = pieces.filter(Boolean).map((piece): Pair => {
    const equals = piece.indexOf('=')
    return equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)]
  })
  return [target.slice(0, mark), query]
}

function toHeaders(req: IncomingMessage): Pair[] {
  const pairs = req.rawHeaders.flatMap((name, i): Pair[] =>
    i % 2 === 0 ? [[name.toLowerCase(), toText(req.rawHeaders[i + 1] ?? '')]] : [],
  )
  const values = (wanted: string): string[] =>
    pairs.filter(([name]) => name === wanted).map(([, value]) => value)
  // A socket that takes IPv4 as well as IPv6 shows 127.0.0.1 as ::ffff:127.0.0.1.
  const client = (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const own: Pair[] = [
    // Behind what the client claims; the other two take the place of its claims.
    ['x-forwarded-for', [...values('x-forwarded-for'), client].join(', ')],
    ['x-forwarded-port', String(req.socket.localPort)],
    ['x-forwarded-proto', 'http'],
  ]
  if (values('x-amzn-trace-id').length === 0) own.push(['x-amzn-trace-id', newTraceId()])
  // A chunked body arrives as a whole; nothing tells the function that it was chunked.
  const replaced = new Set(['transfer-encoding', ...own.map(([name]) => name)])
  return [...pairs.filter(([name]) => !replaced.has(name)), ...own]
}

/** Names in alphabetical order, each with its values in the order they came. */
function toMultiValueMap(pairs: readonly Pair[]): Record<string, string[]> {
  const map = new Map<string, string[]>()
  for (const [name, value] of pairs) map.set(name, [...(map.get(name) ?? []), value])
  return Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const TEXT_TYPE = /^(text\/.*|application\/(json|javascript|xml))\s*(;|$)/i

/** Whether an ALB sends a body as it is; all others go in base64. */
function isText({ headers }: IncomingMessage, body: Buffer): boolean {
  if (headers['content-encoding'] !== undefined) return false
  // AWS does not say what becomes of other bytes under a text type; JSON cannot hold them as text.
  return TEXT_TYPE.test(headers['content-type'] ?? '') && isUtf8(body)
}

function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`
}

function sendResult(res: ServerResponse, result: AlbResult): void {
  res.statusCode = result.statusCode
  res.statusMessage = result.statusDescription.slice(`${result.statusCode} `.length)
  for (const [name, values] of Object.entries(result.multiValueHeaders ?? {})) {
    // The load balancer counts for itself, as Node does here, where there is a body to count.
    if (/^content-length$/i.test(name) && res.req.method !== 'HEAD') continue
    for (const value of values) res.appendHeader(name, toBytes(value))
  }
  res.end(Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8'))
}

/** Node reads each byte of a header as a character; an event holds the UTF-8 text that they mean. */
function toText(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8')
}

/** The way back. */
function toBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}
