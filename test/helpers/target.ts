import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type RequestListener, type ServerOptions } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { AlbEvent } from 'express-alb'
import { within } from './deadline.js'

/** How long a real server on this machine may take to answer one request. */
const ANSWER_DEADLINE_MS = 5_000

/** A response as it came over the wire. */
export interface WireResponse {
  readonly status: number
  readonly statusText: string
  /** Names and values as they came, line by line. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Without chunk framing. */
  readonly body: Buffer
}

export interface TargetOptions extends ServerOptions {
  /** The address that the app sees as its peer; the load balancer's, on EC2. */
  readonly peerAddress?: string
}

/**
 * What an EC2 target answers: runs `listener` on a real `http.Server`, sends the bytes over a real
 * connection, and closes both.
 */
export async function sendToTarget(
  listener: RequestListener,
  request: Buffer,
  { peerAddress, ...options }: TargetOptions = {},
): Promise<WireResponse> {
  // Probes have no host; a load balancer's connection to a target is the server's own business.
  const server = createServer({ requireHostHeader: false, ...options }, listener)
  if (peerAddress !== undefined) {
    server.on('connection', (socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: peerAddress })
    })
  }
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  subscribe(RESPONSE_FINISHED, closeConnection)
  try {
    const { port } = server.address() as AddressInfo
    return parse(await within(ANSWER_DEADLINE_MS, 'answer of the real server', send(port, request)))
  } finally {
    unsubscribe(RESPONSE_FINISHED, closeConnection)
    server.closeAllConnections()
    server.close()
  }
}

// Ends the connection behind the response without a `connection: close` or a listener that the app could see.
const RESPONSE_FINISHED = 'http.server.response.finish'

function closeConnection(message: unknown): void {
  const { socket } = message as { socket: Socket }
  setImmediate(() => {
    socket.destroySoon()
  })
}

function send(port: number, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (piece) => pieces.push(piece))
    socket.on('error', reject)
    socket.on('close', () => {
      resolve(Buffer.concat(pieces))
    })
    socket.write(request)
  })
}

function parse(response: Buffer): WireResponse {
  const end = response.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = response.toString('latin1', 0, end).split('\r\n')
  const [, status = '', statusText = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(statusLine) ?? []
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const chunked = fields.some(([name]) => name.toLowerCase() === 'transfer-encoding')
  const rest = response.subarray(end + 4)
  return { status: Number(status), statusText, fields, body: chunked ? unchunk(rest) : rest }
}

function unchunk(framed: Buffer): Buffer {
  const chunks: Buffer[] = []
  let start = 0
  for (;;) {
    const lineEnd = framed.indexOf('\r\n', start)
    const size = Number.parseInt(framed.toString('latin1', start, lineEnd), 16)
    if (!(size > 0)) return Buffer.concat(chunks)
    chunks.push(framed.subarray(lineEnd + 2, lineEnd + 2 + size))
    start = lineEnd + 2 + size + 2
  }
}

/**
 * The request of an event as the load balancer would write it to an EC2 target: each query piece and
 * each header line as it came, the body's bytes, in chunks where no length is given.
 */
export function toWire(event: AlbEvent): Buffer {
  const query = linesOf(event.multiValueQueryStringParameters ?? event.queryStringParameters)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const fields = linesOf(event.multiValueHeaders ?? event.headers)
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded === true ? 'base64' : 'utf8')
  const framed = fields.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  const chunked = body.length > 0 && !framed
  if (chunked) fields.push(['transfer-encoding', 'chunked'])
  const head = [
    `${event.httpMethod} ${event.path}${query === '' ? '' : `?${query}`} HTTP/1.1`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n')
  return Buffer.concat([
    Buffer.from(`${head}\r\n\r\n`),
    chunked ? Buffer.from(`${body.length.toString(16)}\r\n`) : Buffer.alloc(0),
    body,
    chunked ? Buffer.from('\r\n0\r\n\r\n') : Buffer.alloc(0),
  ])
}

function linesOf(map: AlbEvent['headers']): [name: string, value: string][] {
  return Object.entries(map ?? {}).flatMap(([name, held]) =>
    [held ?? []].flat().map((value): [string, string] => [name, value]),
  )
}
