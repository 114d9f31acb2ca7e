import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Guard } from './guard.js'
import { History } from './history.js'
import type { Inspected } from './inspected.js'
import { type About, LiveUpdates } from './live-updates.js'
import { readPageFiles } from './page-files.js'
import { handleRequest } from './request-handler.js'

export type { Inspected } from './inspected.js'

export interface InspectorOptions {
  /** How many exchanges are kept, 1 to 100,000; above that the oldest goes. Default 10,000. */
  readonly keep?: number
  /**
   * How many bytes are kept, as far as they can be told; above that the oldest bodies, events, results and logs go while
   * their lines stay in the list. Default 268,435,456 (256 MB).
   */
  readonly keepBytes?: number
  /** What the page is called, such as the function's file. Default `local-alb`. */
  readonly title?: string
  /** Asked whenever a page opens, since an address is known only after listening. */
  readonly summary?: () => InspectorSummary
  /**
   * Further values of `Host` to answer to, port included, such as `localhost:19000` for a port forwarded from elsewhere.
   * Default none: `localhost`, `127.0.0.1`, `[::1]` and the host listened on, with the port listened on.
   */
  readonly allowedHosts?: readonly string[]
}

export interface InspectorSummary {
  /** The load balancer's URL, for the command that an empty list proposes. */
  readonly url?: string
  /** What else to say about it: labels and values, such as `Target` and `dist/lambda.mjs`. */
  readonly facts?: readonly (readonly [label: string, value: string])[]
}

/** A page that shows the requests of a load balancer. It keeps them from when it is made. */
export interface Inspector {
  /**
   * Serves the page.
   *
   * @param port 0 for any free one
   * @param host default `127.0.0.1`; with any other, whoever can reach it sees all requests and can repeat them
   * @throws {Error} when it cannot listen, saying why and what to do; `code` is the system's, such as `EADDRINUSE`
   */
  listen(port: number, host?: string): Promise<AddressInfo>
  /** Such as `http://127.0.0.1:9000`; `undefined` while it does not listen. */
  readonly url: string | undefined
  /** Stops listening to the load balancer and ends every connection. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Makes an inspector. Nothing is served before `listen`, and nothing ever leaves this machine.
 *
 * @throws {TypeError} for an option that makes no sense, naming it and what it may be
 */
export function createInspector(alb: Inspected, options: InspectorOptions = {}): Inspector {
  const { title = 'local-alb', summary, allowedHosts = [] } = options
  const limits = {
    keep: wholeNumber('keep', options.keep ?? 10_000, 1, 100_000),
    keepBytes: wholeNumber('keepBytes', options.keepBytes ?? 256 * 1024 * 1024, 0),
  }
  const history = new History(limits)
  const live = new LiveUpdates(history, (): About => {
    const { url = null, facts = [] } = summary?.() ?? {}
    return { title, url, facts, keep: limits.keep }
  })
  const onExchange: Parameters<Inspected['on']>[1] = (exchange) => {
    history.record(exchange)
    live.changed()
  }
  alb.on('exchange', onExchange)

  let server: Server | undefined
  let url: string | undefined
  let closed = false

  return {
    async listen(port, host = '127.0.0.1') {
      if (closed) throw new Error('The inspector is closed; make another.')
      if (server !== undefined) throw new Error('The inspector listens already.')
      const started = createServer()
      server = started
      try {
        const files = await readPageFiles()
        const address = await listening(started, port, host)
        if (closed) throw new Error('The inspector was closed before it listened.')
        const parts = { alb, history, live, files, guard: new Guard(address, host, allowedHosts) }
        started.on('request', (request, response) => {
          void handleRequest(parts, request, response)
        })
        url = toUrl(address)
        return address
      } catch (error) {
        started.close()
        server = undefined
        throw error
      }
    },
    get url() {
      return url
    },
    async close() {
      closed = true
      alb.off('exchange', onExchange)
      live.close()
      url = undefined
      const closing = server
      if (closing?.listening !== true) return
      await new Promise<void>((resolve) => {
        closing.close(() => {
          resolve()
        })
        closing.closeAllConnections()
      })
    },
  }
}

function listening(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message
      const what = `The inspector cannot listen on ${host}:${port}: ${why}.`
      const error = new Error(`${what} Choose another port, or 0 for any free one.`, { cause })
      reject(Object.assign(error, { code: cause.code }))
    })
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      // Such as running out of file descriptors: this page is not worth the load balancer's life.
      server.on('error', () => undefined)
      // Never a string: that is only for a socket in the file system.
      resolve(server.address() as AddressInfo)
    })
  })
}

function toUrl({ address, port, family }: AddressInfo): string {
  // Everywhere: this machine, for people who sit at it.
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`
  if (address === '::') return `http://[::1]:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function wholeNumber(
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`
  throw new TypeError(
    `Option ${name} of the inspector is ${String(value)}; give a whole number, ${range}`,
  )
}
