import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http'
import { request as requestHttps, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { endToEndFields } from '../targets/hop-by-hop.js'
import type { Answer } from './answer.js'
import { BodyCapture } from './capture-body.js'
import { compareRequest } from './compare-request.js'
import type { Comparison } from './comparison.js'
import { type Plan, withPlannedFields } from './plan.js'
import { isSafe, type ParityRequest, toSentFields } from './request.js'
import { fieldsOf, Sender } from './sender.js'
import type { Side, Sides } from './side.js'

export interface MirrorEvents {
  readonly compared: (comparison: Comparison) => void
  /** A request was answered and not compared. */
  readonly leftOut: (reason: string) => void
  /** Right cannot be reached; the clients do not notice. */
  readonly problem: (error: unknown) => void
}

/**
 * A proxy in front of left: clients get left's answers, byte for byte and as they come, and right gets a copy of each
 * request, whose answer is compared. Nothing that right does holds a client up.
 */
export class Mirror {
  readonly #sides: Sides
  readonly #plan: Plan
  readonly #events: MirrorEvents
  readonly #server: Server
  readonly #senders: { readonly left: Sender; readonly right: Sender }
  readonly #copies = new Set<Promise<void>>()
  readonly #tunnels = new Set<Duplex>()
  #count = 0

  constructor(sides: Sides, plan: Plan, events: MirrorEvents) {
    this.#sides = sides
    this.#plan = plan
    this.#events = events
    this.#senders = { left: new Sender(sides.left, plan), right: new Sender(sides.right, plan) }
    this.#server = createServer((request, response) => {
      this.#serve(request, response)
    }).on('upgrade', (request, socket, head) => {
      this.#tunnel(request, socket, head)
    })
    // A proxy has no say in how long a request of its clients takes.
    this.#server.requestTimeout = 0
  }

  async listen(port: number, host: string): Promise<string> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    const { address, family, port: bound } = this.#server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
  }

  /** Ends the connections of clients, and waits for the copies that are under way. */
  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    for (const socket of this.#tunnels) socket.destroy()
    await Promise.all(this.#copies)
    this.#senders.left.close()
    this.#senders.right.close()
  }

  #serve(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const startedAt = performance.now()
    const upload = new Upload()
    const { method = 'GET', url = '/' } = incoming
    const forward = open(this.#sides.left, incoming)
    const abandon = (): void => {
      forward.destroy()
    }
    outgoing.on('close', abandon)
    forward
      .on('response', (answer) => {
        const capture = new BodyCapture()
        const { statusCode = 502, statusMessage = '' } = answer
        const headers = fieldsOf(answer)
        outgoing.sendDate = false
        outgoing.writeHead(statusCode, statusMessage, endToEndFields(headers).flat())
        answer
          .on('data', (chunk: Buffer) => {
            capture.add(chunk)
            if (!outgoing.write(chunk)) answer.pause()
          })
          .on('end', () => {
            outgoing.off('close', abandon)
            outgoing.end()
            const left: Answer = {
              status: statusCode,
              reason: statusMessage,
              headers,
              body: capture.end(),
              ms: performance.now() - startedAt,
              receivedAt: new Date(),
            }
            const request = toRequest(method, url, incoming, upload)
            if (request === undefined) this.#events.leftOut('bodies over 16 MB')
            else this.#compare(request, left)
          })
          .on('error', () => {
            outgoing.destroy()
            this.#events.leftOut("answers that were cut short, by left or by the client's leaving")
          })
        outgoing.on('drain', () => {
          answer.resume()
        })
      })
      .on('error', (error) => {
        if (outgoing.headersSent || outgoing.destroyed) {
          outgoing.destroy()
          return
        }
        this.#events.leftOut('requests that left did not answer')
        const text = `The left side, ${this.#sides.left.label}, did not answer: ${error.message}\n`
        outgoing.writeHead(502, { 'content-type': 'text/plain', connection: 'close' }).end(text)
      })
    incoming
      .on('data', (chunk: Buffer) => {
        upload.add(chunk)
        if (!forward.write(chunk)) incoming.pause()
      })
      .on('end', () => {
        forward.end()
      })
      .on('error', abandon)
    forward.on('drain', () => {
      incoming.resume()
    })
  }

  #compare(request: ParityRequest, left: Answer): void {
    const { method } = request
    if (!isSafe(method) && !this.#plan.unsafe) {
      this.#events.leftOut(`${method} (--unsafe sends right a copy)`)
      return
    }
    if (this.#copies.size >= MAX_COPIES) {
      this.#events.leftOut('requests that came while right had 100 others to answer')
      return
    }
    this.#count += 1
    const copy = this.#send(this.#count, request, left)
      .catch(this.#events.problem)
      .finally(() => this.#copies.delete(copy))
    this.#copies.add(copy)
  }

  async #send(number: number, request: ParityRequest, left: Answer): Promise<void> {
    const { host, headers } = withPlannedFields(
      request.headers,
      this.#plan,
      this.#sides.left.origin.host,
    )
    const sent = { ...request, headers }
    const right = await this.#senders.right.send(sent)
    const comparison = await compareRequest(
      { number, request, left, right },
      { request, host, sides: this.#sides, masks: this.#plan.masks },
      this.#plan,
      // As left got it: what the plan adds is for the copy.
      () =>
        this.#senders.left.send({
          ...request,
          headers: [
            ['Host', host],
            ...request.headers.filter(([name]) => name.toLowerCase() !== 'host'),
          ],
        }),
    )
    this.#events.compared(comparison)
  }

  /** A WebSocket goes to left; there is nothing to compare about it. */
  #tunnel(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#events.leftOut('WebSocket')
    const join = (other: Duplex): void => {
      for (const end of [socket, other]) {
        this.#tunnels.add(end)
        end.on('close', () => this.#tunnels.delete(end)).on('error', () => {})
      }
      socket.pipe(other).pipe(socket)
      socket.on('close', () => other.destroy())
      other.on('close', () => socket.destroy())
    }
    socket.on('error', () => {})
    open(this.#sides.left, incoming, incoming.rawHeaders)
      .on('upgrade', (answer, other, rest) => {
        const { statusCode = 101, statusMessage = '' } = answer
        const lines = fieldsOf(answer).map(([name, value]) => `${name}: ${value}\r\n`)
        socket.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`, 'latin1')
        socket.write(rest)
        other.write(head)
        join(other)
      })
      .on('response', (answer) => {
        socket.end(`HTTP/1.1 ${answer.statusCode ?? 502} \r\nConnection: close\r\n\r\n`)
        answer.resume()
      })
      .on('error', () => socket.destroy())
      .end()
  }
}

/** Copies that right has not answered yet. */
const MAX_COPIES = 100

/** The client's request once more, to left. */
function open(
  { origin, checkCertificate }: Side,
  incoming: IncomingMessage,
  headers: readonly string[] = toForwardFields(incoming),
): ReturnType<typeof requestHttp> {
  const options: RequestOptions = {
    method: incoming.method,
    path: incoming.url,
    headers: [...headers],
    setHost: false,
    // Kept connections can close just when a request goes out; here each client's request goes out once.
    agent: false,
    rejectUnauthorized: checkCertificate,
  }
  return (origin.protocol === 'https:' ? requestHttps : requestHttp)(origin, options)
}

function toForwardFields(incoming: IncomingMessage): readonly string[] {
  const fields = endToEndFields(fieldsOf(incoming)).filter(
    ([name]) => name.toLowerCase() !== 'expect',
  )
  const chunked = incoming.headers['transfer-encoding'] !== undefined
  const bare = !chunked && incoming.headers['content-length'] === undefined
  if (chunked) fields.push(['Transfer-Encoding', 'chunked'])
  // Without it Node would add an empty chunked body.
  else if (bare && !BODILESS.has(incoming.method ?? '')) fields.push(['Content-Length', '0'])
  return fields.flat()
}

const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

const MAX_UPLOAD_BYTES = 16 * 1024 * 1024

/** The body of a client's request, as much as a copy may have. */
class Upload {
  readonly #chunks: Buffer[] = []
  length = 0

  add(chunk: Buffer): void {
    this.length += chunk.length
    if (this.length <= MAX_UPLOAD_BYTES) this.#chunks.push(chunk)
    else this.#chunks.length = 0
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}

function toRequest(
  method: string,
  target: string,
  incoming: IncomingMessage,
  upload: Upload,
): ParityRequest | undefined {
  if (upload.length > MAX_UPLOAD_BYTES) return undefined
  const { headers } = incoming
  const hasBody = upload.length > 0 || headers['content-length'] !== undefined
  return {
    source: 'mirror',
    method,
    target,
    headers: toSentFields(fieldsOf(incoming)),
    body: hasBody ? upload.bytes : undefined,
  }
}
