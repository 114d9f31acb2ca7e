import { connect, type Socket } from 'node:net'
import { within } from './deadline.js'

/** How long a load balancer on this machine may take to answer one request. */
const ANSWER_DEADLINE_MS = 8_000

/** A response as it came over the wire, or as much as its head says of it. */
export interface RawResponse {
  readonly statusLine: string
  readonly status: number
  /** Names and values as they came, line by line. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/**
 * An HTTP/1.1 client that sends the bytes it is given and tidies nothing. It reads responses with a
 * `Content-Length` or without a body, which is all that a load balancer answers for functions.
 */
export class RawClient {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #isEnded = false
  #wake: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
      .on('data', (chunk) => {
        this.#received = Buffer.concat([this.#received, chunk])
        this.#wake()
      })
      // A reset after the answer is an end like any other.
      .on('error', () => {})
      .on('close', () => {
        this.#isEnded = true
        this.#wake()
      })
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject)
    })
    return new RawClient(socket)
  }

  /** Text is Latin-1: one byte for each character. */
  write(bytes: string | Buffer): void {
    this.#socket.write(bytes, 'latin1')
  }

  /** The next response, also an interim one. */
  async read(method = 'GET'): Promise<RawResponse> {
    return within(ANSWER_DEADLINE_MS, 'answer', this.#read(method))
  }

  /** Resolves once the other side has closed the connection; with what came since the last response. */
  async readToEnd(): Promise<Buffer> {
    const ended = this.#until(() => this.#isEnded || undefined)
    await within(ANSWER_DEADLINE_MS, 'end of the connection', ended)
    return this.#received
  }

  close(): void {
    this.#socket.destroy()
  }

  async #read(method: string): Promise<RawResponse> {
    const end = await this.#until(() => {
      const index = this.#received.indexOf('\r\n\r\n')
      return index === -1 ? undefined : index
    })
    const [statusLine = '', ...lines] = this.#take(end + 4)
      .toString('latin1')
      .trimEnd()
      .split('\r\n')
    const headers = lines.map((line) => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)] as const
    })
    const status = Number(statusLine.split(' ')[1])
    const hasBody = method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304
    const length = headers.find(([name]) => /^content-length$/i.test(name))?.[1]
    if (hasBody && length === undefined) throw new Error(`No Content-Length:\n${lines.join('\n')}`)
    const size = hasBody ? Number(length) : 0
    await this.#until(() => this.#received.length >= size || undefined)
    return { statusLine, status, headers, body: this.#take(size) }
  }

  #take(length: number): Buffer {
    const taken = this.#received.subarray(0, length)
    this.#received = this.#received.subarray(length)
    return taken
  }

  async #until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (this.#isEnded) {
        throw new Error(`The connection ended after ${JSON.stringify(String(this.#received))}`)
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
