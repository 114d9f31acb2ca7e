import { EventEmitter } from 'node:events'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import type { Exchange } from './exchange.js'
import { bindLoopback } from './listener/bind-loopback.js'
import { closeAllConnections, createListener } from './listener/listener.js'
import { LoadBalancer, type ReplayOptions } from './load-balancer.js'
import { type AlbOptions, resolveOptions } from './options.js'
import { type AlbTarget, toDefinition } from './targets/alb-target.js'
import type { TargetState } from './targets/target-group.js'

export interface CreateAlbOptions extends AlbOptions {
  /** Certificate and key: HTTPS with HTTP/2 and HTTP/1.1. Default: HTTP with HTTP/1.1. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer }
}

export interface AlbEvents {
  listening: []
  close: []
  error: [error: Error]
  /** A request has come, and once more when it is over: the same object, then with `endedAt`. */
  exchange: [exchange: Exchange]
  /** A target with health checks has become healthy or unhealthy. */
  health: [targetGroup: string, state: TargetState]
}

/**
 * A load balancer on this machine.
 *
 * @param target what stands behind it:
 *   - a handler function: invoked in this process, one call for each request;
 *   - a path such as `dist/lambda.mjs`: a function in execution environments of its own, as Lambda runs it;
 *   - a URL such as `http://127.0.0.1:3000`: a server, as an instance target;
 *   - a {@link LambdaFunction}, from `createFunction` or `createInProcessFunction`;
 *   - a {@link LoadBalancerDefinition}: rules, target groups and weights.
 * @throws {TypeError} for an option or a target that makes no sense, saying which and why
 */
export function createAlb(target: AlbTarget, options: CreateAlbOptions = {}): Alb {
  return new Alb(target, options)
}

/**
 * What `createAlb` makes. It has as much of `net.Server` as test tools use, so that `request(createAlb(handler))` works
 * with supertest.
 */
export class Alb extends EventEmitter<AlbEvents> {
  /** Not there: Node has removed it, and only the types of `net.Server` still ask for it. */
  declare readonly connections: number
  readonly #server: Server
  readonly #create: () => LoadBalancer
  #loadBalancer: LoadBalancer
  #isClosed = false
  #lastId = 0
  readonly #protocol: 'http' | 'https'

  constructor(target: AlbTarget, { tls, ...options }: CreateAlbOptions) {
    super()
    const settings = resolveOptions(options)
    this.#protocol = tls === undefined ? 'http' : 'https'
    this.#create = () =>
      new LoadBalancer(toDefinition(target, settings), settings, {
        exchange: (exchange) => this.emit('exchange', exchange),
        health: (targetGroup, state) => this.emit('health', targetGroup, state),
        nextId: () => (this.#lastId += 1),
      })
    this.#loadBalancer = this.#create()
    this.#server = createListener((request) => this.#loadBalancer.handle(request), {
      settings,
      ...(tls && { tls }),
      onDone: (request, outcome) => {
        this.#loadBalancer.finish(request, outcome)
      },
    })
    this.#server
      .on('listening', () => this.emit('listening'))
      .on('close', () => {
        this.#isClosed = true
        this.emit('close')
      })
      .on('error', (error) => this.emit('error', error))
  }

  /**
   * Listens, by default on a free port of 127.0.0.1. Takes the arguments of `net.Server.listen`.
   *
   * Without a host the address is known as soon as this returns: test tools ask for it at once.
   */
  listen(port?: number, host?: string, backlog?: number, callback?: () => void): this
  listen(port?: number, host?: string, callback?: () => void): this
  listen(port?: number, backlog?: number, callback?: () => void): this
  listen(port?: number, callback?: () => void): this
  listen(path: string, backlog?: number, callback?: () => void): this
  listen(path: string, callback?: () => void): this
  listen(options: ListenOptions, callback?: () => void): this
  listen(handle: unknown, backlog?: number, callback?: () => void): this
  listen(handle: unknown, callback?: () => void): this
  listen(callback?: () => void): this
  listen(...args: readonly unknown[]): this {
    // supertest closes a server after each request and listens again for the next.
    if (this.#isClosed) this.#loadBalancer = this.#create()
    this.#isClosed = false
    this.#loadBalancer.start()
    const wanted = toLoopbackOptions(args)
    if (wanted === undefined) {
      this.#server.listen(...(args as []))
      return this
    }
    const callback = args.find((arg) => typeof arg === 'function')
    if (callback !== undefined) this.once('listening', callback as () => void)
    bindLoopback(this.#server, wanted)
    return this
  }

  address(): AddressInfo | null {
    // Never a string: that is only for a socket in the file system.
    return this.#server.address() as AddressInfo | null
  }

  /** The number of connections, as `net.Server.getConnections` gives it. */
  getConnections(callback: (error: Error | null, count: number) => void): this {
    this.#server.getConnections(callback)
    return this
  }

  /** No more connections than this at once. */
  get maxConnections(): number {
    return this.#server.maxConnections
  }

  set maxConnections(count: number) {
    this.#server.maxConnections = count
  }

  /** Keeps the process alive while it listens, which is the default. */
  ref(): this {
    this.#server.ref()
    return this
  }

  /** Lets the process end although it listens. */
  unref(): this {
    this.#server.unref()
    return this
  }

  get listening(): boolean {
    return this.#server.listening
  }

  /** Such as `http://127.0.0.1:8080`. */
  get url(): string {
    const address = this.address()
    if (address === null) throw new Error('The load balancer does not listen yet; call listen()')
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return `${this.#protocol}://${host}:${address.port}`
  }

  /** The target groups, with their targets and what the health checks think of them. */
  get targetGroups(): LoadBalancer['targetGroups'] {
    return this.#loadBalancer.targetGroups
  }

  /**
   * Sends a request again, past the listener, and resolves once it is answered.
   *
   * @throws {Error} when not all of its body was kept
   */
  replay(exchange: Exchange, options: ReplayOptions = {}): Promise<Exchange> {
    return this.#loadBalancer.replay(exchange, options)
  }

  /** Takes no new connection, lets what is under way finish, then ends the targets. */
  close(callback?: (error?: Error) => void): this {
    void this.#end(callback)
    return this
  }

  /** @param callback told what went wrong, if anything did, as `net.Server.close` does */
  async #end(callback?: (error?: Error) => void): Promise<void> {
    const error = await new Promise<Error | undefined>((resolve) => {
      this.#server.close(resolve)
    })
    await this.#loadBalancer.close()
    callback?.(error)
  }

  /** Ends every connection at once. */
  closeAllConnections(): void {
    closeAllConnections(this.#server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closeAllConnections()
    await this.#end()
  }
}

/** What to listen with where no host, path or handle is named; `undefined` where one is. */
function toLoopbackOptions(args: readonly unknown[]): ListenOptions | undefined {
  const [first, second] = args
  if (typeof first === 'object' && first !== null) {
    const { host, path, port } = first as ListenOptions
    return host === undefined && path === undefined && port !== undefined ? first : undefined
  }
  if (typeof first === 'string' || typeof second === 'string') return undefined
  const port = typeof first === 'number' ? first : 0
  return typeof second === 'number' ? { port, backlog: second } : { port }
}
