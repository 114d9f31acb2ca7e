import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isIP } from 'node:net'

/** What a request claims about where it comes from. */
interface Claims {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/**
 * Decides which requests the inspector answers. Other sites that the user visits can make the browser send requests here
 * and must neither read nor change anything:
 *
 * - DNS rebinding makes an attacker's name point here. Then `Host` holds that name, so it must be one of ours.
 * - Any site may send simple requests without reading the answer. What changes something must come with a header of our
 *   own, which a browser sends to another origin only after asking (Fetch Standard, CORS-preflight), and from our origin.
 */
export class Guard {
  readonly #hosts: ReadonlySet<string>
  readonly #anyAddress: boolean
  readonly #port: number

  /**
   * @param told the host it was told to listen on
   * @param allowed further values of `Host`, such as `my-machine:9000`, for port forwarding
   */
  constructor({ address, port }: AddressInfo, told: string, allowed: readonly string[]) {
    this.#port = port
    this.#anyAddress = address === '0.0.0.0' || address === '::'
    const names = ['localhost', '127.0.0.1', '[::1]', toHost(address), toHost(told)]
    this.#hosts = new Set(
      [
        ...names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])),
        ...allowed,
      ].map((host) => host.toLowerCase()),
    )
  }

  /** Why a request is refused; `undefined` when it is welcome. */
  objection({ method, path, headers }: Claims): string | undefined {
    const host = headers.host?.toLowerCase() ?? ''
    if (!this.#isOwn(host)) {
      return `The inspector does not answer to the host ${JSON.stringify(host)}; open it by its own address, or allow this host with the option allowedHosts.`
    }
    const site = headers['sec-fetch-site']
    // The page itself may be opened from anywhere: it tells nothing and does nothing until it runs on its own origin.
    const fromElsewhere = site !== undefined && site !== 'same-origin' && site !== 'none'
    if (path.startsWith('/api/') && fromElsewhere) {
      return 'The inspector answers its own page only, not other sites.'
    }
    if (method === 'GET' || method === 'HEAD') return undefined
    const { origin } = headers
    if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
      return `The inspector takes no commands from ${JSON.stringify(origin)}.`
    }
    return headers['x-inspector'] === undefined
      ? 'Commands to the inspector need the header X-Inspector: 1.'
      : undefined
  }

  #isOwn(host: string): boolean {
    if (this.#hosts.has(host)) return true
    // Listening everywhere: any address of this machine will do. An address cannot be rebound, only a name can.
    if (!this.#anyAddress || !host.endsWith(`:${this.#port}`)) return false
    return isIP(host.slice(0, -`:${this.#port}`.length).replace(/^\[(.*)\]$/, '$1')) !== 0
  }
}

function toHost(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address
}
