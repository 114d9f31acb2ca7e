import { Agent as HttpAgent, type ClientRequest, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import type { HttpResponse } from '../message.js'
import type { Settings } from '../options.js'
import { type Route, sendOnce, StaleConnectionError } from './send-once.js'
import type { ForwardedRequest, Target, TargetReport } from './target.js'
import { MAX_RESPONSE_HEADER_BYTES, toTargetFailure } from './target-failure.js'
import type { RequestHead } from './target-request.js'

type InstanceSettings = Pick<Settings, 'idleTimeoutSeconds'>

/**
 * An HTTP server as a target of type `instance` or `ip`: requests and answers are streamed through, connections to it are
 * kept open and used again, WebSockets are joined. What goes wrong is answered as an ALB answers it (AWS: "Troubleshoot your
 * Application Load Balancers"): 502 for a refused or reset connection and for malformed answers, 504 when no connection is
 * made within 10 seconds or when the target says nothing for the idle timeout.
 *
 * One thing is kinder than at AWS. A request on a kept connection that the target closes at that moment gets 502 there; here
 * a GET, HEAD or OPTIONS without a body is sent once more.
 *
 * @param url origin, `http://` or `https://`. Certificates are not checked, as AWS does not
 * @throws {TypeError} for a URL that is no origin of that kind
 */
export function createInstanceTarget(url: string, settings: InstanceSettings): Target {
  return new InstanceTarget(url, settings)
}

class InstanceTarget implements Target {
  readonly label: string
  readonly kind = 'instance'
  readonly #url: URL
  readonly #agent: HttpAgent
  readonly #route: Route
  readonly #webSockets = new Set<Socket>()

  constructor(url: string, { idleTimeoutSeconds }: InstanceSettings) {
    this.#url = parseOrigin(url)
    this.label = this.#url.origin
    this.#agent =
      this.#url.protocol === 'https:'
        ? new HttpsAgent({ keepAlive: true, rejectUnauthorized: false })
        : new HttpAgent({ keepAlive: true })
    this.#route = {
      open: (head) => this.#open(head),
      idleTimeoutSeconds,
      onUpgraded: (socket) => {
        this.#webSockets.add(socket)
        socket.on('close', () => this.#webSockets.delete(socket))
      },
    }
  }

  async send(request: ForwardedRequest, report: TargetReport): Promise<HttpResponse> {
    for (;;) {
      try {
        return await sendOnce(request, report, this.#route)
      } catch (error) {
        // Ends at the latest with a connection that is new.
        if (!(error instanceof StaleConnectionError)) throw toTargetFailure(error, this.label)
      }
    }
  }

  close(): Promise<void> {
    this.#agent.destroy()
    for (const socket of this.#webSockets) socket.destroy()
    return Promise.resolve()
  }

  #open(head: RequestHead): ClientRequest {
    const request = this.#url.protocol === 'https:' ? requestHttps : requestHttp
    return request(this.#url, {
      ...head,
      agent: this.#agent,
      setHost: false,
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    })
  }
}

function parseOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new TypeError(
      `the target "${text}" is no origin of a server; write it as "http://127.0.0.1:3000", without a path`,
    )
  }
  return url
}
