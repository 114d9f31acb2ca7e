import { type AlbTarget, type CreateAlbOptions, createAlb, type Exchange } from 'local-alb'
import { RawClient, type RawResponse } from '../../helpers/raw-client.js'

export type AlbEvent = Record<string, unknown>

/** A load balancer that listens, and all that went through it. */
export class RunningAlb {
  readonly #alb: ReturnType<typeof createAlb>
  readonly #clients: RawClient[] = []
  /** Those that are over. */
  readonly exchanges: Exchange[] = []

  constructor(target: AlbTarget, options: CreateAlbOptions) {
    this.#alb = createAlb(target, options).on('exchange', (exchange) => {
      if (exchange.endedAt !== undefined) this.exchanges.push(exchange)
    })
    this.#alb.listen(0)
  }

  get port(): number {
    return this.#alb.address()?.port ?? 0
  }

  get url(): string {
    return this.#alb.url
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.port)
    this.#clients.push(client)
    return client
  }

  /** Sends the bytes over a connection of their own and reads one response. */
  async send(request: string | Buffer): Promise<RawResponse> {
    const client = await this.connect()
    client.write(request)
    return client.read(request.toString('latin1').startsWith('HEAD ') ? 'HEAD' : 'GET')
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close()
    await this.#alb[Symbol.asyncDispose]()
  }
}

/** Starts a load balancer, and ends it however `run` goes. */
export async function withAlb<T>(
  target: AlbTarget,
  options: CreateAlbOptions,
  run: (alb: RunningAlb) => Promise<T>,
): Promise<T> {
  const alb = new RunningAlb(target, options)
  try {
    return await run(alb)
  } finally {
    await alb.close()
  }
}

/** The bytes of a request: its lines, then its body. */
export function toRequest(lines: readonly string[], body: string | Buffer = ''): Buffer {
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return Buffer.concat([head, Buffer.from(body)])
}
