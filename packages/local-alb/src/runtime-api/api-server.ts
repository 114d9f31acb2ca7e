import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { readAnswer, readError, type Answer } from './answer.js'
import { MAX_PAYLOAD_BYTES, type FunctionError } from './function-error.js'

/** An event on its way into an environment. */
export interface Delivery {
  readonly requestId: string
  readonly payload: string
  /** When the invocation is ended, in milliseconds since the epoch. */
  readonly deadlineMs: number
  readonly functionArn: string
  readonly trace: string
}

export interface RuntimeApiEvents {
  /** The runtime has asked for the next event: it is initialised, or done with the last one. */
  waiting(): void
  answered(answer: Answer): void
  initFailed(error: FunctionError): void
}

const PREFIX = '/2018-06-01/runtime'
const TOO_LARGE = `Exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`
const ANSWER = /^\/invocation\/([^/]+)\/(response|error)$/

/**
 * Lambda's Runtime API (Lambda guide, "Using the Lambda runtime API") for one execution environment, on a port of its
 * own at 127.0.0.1. Statuses and error types are those of AWS's Runtime Interface Emulator.
 */
export class RuntimeApi {
  /** What a request for the next event must carry: other processes on this machine must not take it away. */
  readonly token: string = randomBytes(24).toString('base64url')
  readonly #events: RuntimeApiEvents
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** The runtime's open request for the next event. */
  #parked: ServerResponse | undefined
  /** The event that is being handled. */
  #requestId: string | undefined
  #answered = false
  #initialised = false

  constructor(events: RuntimeApiEvents) {
    this.#events = events
    this.#server = createServer((request, response) => {
      this.#route(request, response).catch(() => {
        // The runtime went away half-way; its exit is seen elsewhere.
        response.destroy()
      })
    })
    // A frozen environment is silent for as long as nobody calls.
    this.#server.requestTimeout = 0
    this.#server.headersTimeout = 0
    this.#server.keepAliveTimeout = 0
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket.unref())
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  /** @returns `host:port` */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1').unref()
    await once(this.#server, 'listening')
    return this.#address()
  }

  /** Hands an event to the runtime. Without effect when that no longer waits for one: its process is about to end. */
  deliver(delivery: Delivery): void {
    const response = this.#parked
    if (response === undefined) return
    this.#parked = undefined
    this.#requestId = delivery.requestId
    this.#answered = false
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(delivery.payload),
      'Lambda-Runtime-Aws-Request-Id': delivery.requestId,
      'Lambda-Runtime-Deadline-Ms': String(delivery.deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': delivery.functionArn,
      'Lambda-Runtime-Trace-Id': delivery.trace,
    })
    response.end(delivery.payload)
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A web page can make a browser send requests here, but not hide that it did.
    const { host, origin, 'sec-fetch-site': site } = request.headers
    if (host !== this.#address() || origin !== undefined || site !== undefined) {
      refuse(response, 403, 'Forbidden', 'This is for the function that local-alb runs.')
      return
    }
    const path = request.url?.startsWith(PREFIX) ? request.url.slice(PREFIX.length) : ''
    const [, id, kind] = ANSWER.exec(path) ?? []
    if (request.method === 'GET' && path === '/invocation/next') this.#next(request, response)
    else if (request.method === 'POST' && id !== undefined) {
      await this.#answer(request, response, id, kind === 'error')
    } else if (request.method === 'POST' && path === '/init/error') {
      await this.#initError(request, response)
    } else refuse(response, 404, 'NotFound', `${String(request.method)} ${String(request.url)}`)
  }

  #next(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isOurs(request)) {
      refuse(response, 403, 'Forbidden', 'Events are for the process that local-alb started.')
      return
    }
    const isRunning = this.#requestId !== undefined && !this.#answered
    if (isRunning || this.#parked !== undefined) {
      refuseTransition(response, 'an invocation is running or another request is waiting')
      return
    }
    this.#parked = response
    this.#requestId = undefined
    this.#initialised = true
    response.on('close', () => {
      if (this.#parked === response) this.#parked = undefined
    })
    this.#events.waiting()
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    isError: boolean,
  ): Promise<void> {
    if (id !== this.#requestId) {
      request.resume()
      refuse(response, 400, 'InvalidRequestID', 'Invalid request ID')
      return
    }
    if (this.#answered) {
      request.resume()
      refuseTransition(response, 'this invocation has been answered')
      return
    }
    const read = isError ? await readError(request) : await readAnswer(request)
    // The invocation may have been ended meanwhile, or answered by another request.
    if (id !== this.#requestId || this.#answered) {
      refuse(response, 400, 'InvalidRequestID', 'Invalid request ID')
      return
    }
    this.#answered = true
    if (read.isTooLarge) refuse(response, 413, 'RequestEntityTooLarge', TOO_LARGE)
    else accept(response)
    this.#events.answered(read.answer)
  }

  async #initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#initialised) {
      request.resume()
      refuseTransition(response, 'the function is initialised')
      return
    }
    const { error } = (await readError(request)).answer
    accept(response)
    this.#events.initFailed(error)
  }

  #isOurs(request: IncomingMessage): boolean {
    const given = Buffer.from(String(request.headers['local-alb-token']))
    const expected = Buffer.from(this.token)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  #address(): string {
    // Listening on TCP, so it is an object.
    const { address, port } = this.#server.address() as AddressInfo
    return `${address}:${port}`
  }
}

function accept(response: ServerResponse): void {
  send(response, 202, { status: 'OK' })
}

function refuseTransition(response: ServerResponse, why: string): void {
  refuse(response, 403, 'InvalidStateTransition', `State transition failed: ${why}.`)
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  send(response, status, { errorMessage: message, errorType: type })
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}
