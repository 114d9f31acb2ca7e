import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { Socket } from 'node:net'
import { callStack, ownSite, packageOn } from './call-site.js'
import { observe } from './on-call.js'
import { isAnyActive, servedRequest } from './served-request.js'
import { beginPromise } from './timers.js'

/** Looks at what goes out to other services while requests are served: it has to be back before the response. */
export function probeOutgoing(): void {
  probeFetch()
  // Node: "http.client.request.start", emitted when a client starts a request.
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { readonly request: ClientRequest }
    const served = servedRequest.getStore()
    const site = served && ownSite()
    if (site === undefined) return
    let isDone = false
    request.once('close', () => {
      isDone = true
    })
    const what = `a request to ${request.host}`
    served?.begin({ what, site, severity: 'breaks', isDone: () => isDone })
  })
  observe(Socket.prototype, 'write', (_args, self) => {
    const served = servedRequest.getStore()
    if (served?.isOver !== true || isAnyActive() || isOwnConnection(self as Socket)) return
    const stack = callStack()
    const site = ownSite(stack)
    if (site === undefined) return
    const by = packageOn(stack)
    const what = by === undefined ? 'what it sends to another service' : `what it sends with ${by}`
    served.begin({ what, site, severity: 'breaks', isDone: () => false })
  })
}

function probeFetch(): void {
  const original = globalThis.fetch
  globalThis.fetch = new Proxy(original, {
    apply(target, self, args: Parameters<typeof fetch>) {
      const answer = Reflect.apply(target, self, args) as unknown
      const site = servedRequest.getStore() && ownSite()
      if (site && answer instanceof Promise) {
        beginPromise(answer, `fetch of ${toHost(args[0])}`, site, 'breaks')
      }
      return answer
    },
  })
}

function toHost(input: unknown): string {
  const url = typeof input === 'object' && input !== null && 'url' in input ? input.url : input
  const text = String(url)
  return URL.canParse(text) ? new URL(text).host : 'another service'
}

/** Of a server, or standard output. */
function isOwnConnection(socket: Socket): boolean {
  const { server, fd } = socket as { readonly server?: unknown; readonly fd?: unknown }
  return (server !== undefined && server !== null) || fd === 1 || fd === 2
}
