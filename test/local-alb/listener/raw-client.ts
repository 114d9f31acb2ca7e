import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { onTestFinished } from 'vitest'
import { within } from '../../helpers/deadline.js'

/** A client that sends exactly what it is told and tidies nothing. */
export class RawClient {
  readonly socket: net.Socket
  #received = Buffer.alloc(0)
  #ended = false
  readonly #changed = new Set<() => void>()

  private constructor(socket: net.Socket) {
    this.socket = socket
    const change = (): void => {
      for (const check of this.#changed) check()
    }
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes])
      change()
    })
    const end = (): void => {
      this.#ended = true
      change()
    }
    socket.on('error', end).on('end', end).on('close', end)
    onTestFinished(() => {
      socket.destroy()
    })
  }

  /** The client keeps its own half open when the other side closes. */
  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = net.connect({ port, host, allowHalfOpen: true })
    const client = new RawClient(socket)
    await once(socket, 'connect')
    return client
  }

  static async connectTls(port: number, protocols: string[] = []): Promise<RawClient> {
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ALPNProtocols: protocols,
      rejectUnauthorized: false,
    })
    const client = new RawClient(socket)
    await once(socket, 'secureConnect')
    return client
  }

  /** One character per byte. */
  get received(): string {
    return this.#received.toString('latin1')
  }

  send(text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** Waits until the text has come, and as often as told. */
  async until(text: string, times = 1): Promise<string> {
    await this.#wait(JSON.stringify(text), () => this.received.split(text).length > times)
    return this.received
  }

  /** All that came, once the other side has closed. */
  async end(): Promise<string> {
    await this.#wait('end of the connection', () => this.#ended)
    return this.received
  }

  async #wait(what: string, isDone: () => boolean): Promise<void> {
    let check = (): void => {}
    const done = new Promise<void>((resolve) => {
      check = () => {
        if (isDone()) resolve()
      }
      this.#changed.add(check)
      check()
    })
    try {
      await within(8000, what, done)
    } catch (error) {
      throw new Error(`Received so far: ${JSON.stringify(this.received)}`, { cause: error })
    } finally {
      this.#changed.delete(check)
    }
  }
}

/** The answer to one request on a connection of its own; the request should make the server close it. */
export async function exchange(port: number, request: string): Promise<string> {
  const client = await RawClient.connect(port)
  return client.send(request).end()
}

export function statusesIn(received: string): number[] {
  return Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status))
}
