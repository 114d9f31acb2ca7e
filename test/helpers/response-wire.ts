import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { within } from './deadline.js'

/** How long a real server on this machine may take for one exchange. */
export const EXCHANGE_DEADLINE_MS = 8_000

export interface WireRequest {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A final response as it came over the wire, with the interim ones before it. */
export interface WireResponse {
  /** Status codes of the 1xx responses that came first. */
  readonly interim: readonly number[]
  readonly status: number
  readonly reason: string
  /** Names and values as they came, line by line, one character for each byte. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Without chunk framing. */
  readonly body: Buffer
}

export type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

/**
 * Runs `listener` on a real `http.Server` on a connection that is kept alive, as a load balancer keeps
 * its connections to targets. Gives the response, or `undefined` when the connection ended without one;
 * `settle` runs before anything is closed. Everything is closed in the end.
 */
export async function onRealServer(
  listener: Listener,
  request: WireRequest,
  settle: () => Promise<void> = () => Promise.resolve(),
): Promise<WireResponse | undefined> {
  const server = createServer((req, res) => void listener(req, res))
  await listening(server)
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  try {
    const answer = readResponse(socket, request.method ?? 'GET')
    socket.write(toBytes(request))
    const response = await within(EXCHANGE_DEADLINE_MS, 'answer of the real server', answer)
    await settle()
    return response
  } finally {
    socket.destroy()
    server.closeAllConnections()
    server.close()
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
}

function toBytes({ method = 'GET', url = '/', headers = {}, body }: WireRequest): Buffer {
  const content = Buffer.from(body ?? '')
  const lines = [
    `${method} ${url} HTTP/1.1`,
    'host: example.com',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(content.length > 0 ? [`content-length: ${content.length}`] : []),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content])
}

function readResponse(socket: Socket, method: string): Promise<WireResponse | undefined> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const look = (ended: boolean): void => {
      try {
        const response = parse(received, method, ended)
        if (response !== undefined || ended) resolve(response)
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    socket.on('data', (piece: Buffer) => {
      received = Buffer.concat([received, piece])
      look(false)
    })
    // A reset is an answer too: none. 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      look(true)
    })
  })
}

/** The response in `bytes` once it is complete; what there is of it when no more will come. */
function parse(bytes: Buffer, method: string, ended: boolean): WireResponse | undefined {
  const interim: number[] = []
  let start = 0
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', start)
    if (end === -1) return undefined
    const [statusLine = '', ...lines] = bytes.toString('latin1', start, end).split('\r\n')
    const [, code = '', reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/s.exec(statusLine) ?? []
    const status = Number(code)
    start = end + 4
    if (status >= 100 && status < 200) {
      interim.push(status)
      continue
    }
    const fields = lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).replace(/^ +| +$/g, '')]
    })
    const bodyless = method === 'HEAD' || status === 204 || status === 304
    const body = bodyless ? Buffer.alloc(0) : bodyOf(bytes.subarray(start), fields, ended)
    return body && { interim, status, reason, fields, body }
  }
}

function bodyOf(rest: Buffer, fields: WireResponse['fields'], ended: boolean): Buffer | undefined {
  const valueOf = (wanted: string): string | undefined =>
    fields.find(([name]) => name.toLowerCase() === wanted)?.[1]
  if (valueOf('transfer-encoding') !== undefined) return unchunk(rest) ?? (ended ? rest : undefined)
  const length = Number(valueOf('content-length') ?? Infinity)
  if (rest.length >= length) return Buffer.from(rest.subarray(0, length))
  return ended ? rest : undefined
}

function unchunk(framed: Buffer): Buffer | undefined {
  const chunks: Buffer[] = []
  let start = 0
  for (;;) {
    const lineEnd = framed.indexOf('\r\n', start)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(framed.toString('latin1', start, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('The real server sent a chunk without a size.')
    if (size === 0) {
      // The last chunk; trailers may stand between it and the empty line.
      return framed.indexOf('\r\n\r\n', lineEnd) === -1 ? undefined : Buffer.concat(chunks)
    }
    chunks.push(framed.subarray(lineEnd + 2, lineEnd + 2 + size))
    start = lineEnd + 2 + size + 2
  }
}
