import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import { callStack, anySite, packageOn } from './call-site.js'
import { observe, replace } from './on-call.js'
import type { ProbeSettings } from './report.js'

type Listen = (this: NetServer, ...args: unknown[]) => NetServer

// As it is before it is replaced.
const { listen } = NetServer.prototype as { readonly listen: Listen }

const listening: NetServer[] = []

/** The servers that the app has listened with while it was loaded. */
export function serversOfApp(): readonly NetServer[] {
  return listening
}

/** Listens for the doctor, unseen. */
export function listenUnseen(server: NetServer, done: () => void): void {
  listen.call(server, 0, '127.0.0.1', done)
}

/** Looks at servers that listen as the app is loaded, and at what waits for upgrades. */
export function probeServers(settings: ProbeSettings): void {
  for (const { prototype } of [HttpServer, HttpsServer]) {
    for (const name of ['on', 'once', 'addListener', 'prependListener']) {
      observe(prototype, name, ([event]) => {
        if (event !== 'upgrade' && event !== 'connect') return
        lookAtUpgrade(event, settings)
      })
    }
  }
  if (settings.scope === 'app') probeListen(settings)
}

function lookAtUpgrade(event: string, { report }: ProbeSettings): void {
  const stack = callStack()
  const by = packageOn(stack)
  const site = anySite(stack)
  // Servers of a test runner are not the app's.
  if (site.place === undefined && by === undefined) return
  const what = `${by === undefined ? 'A server' : `${by} on a server`} waits for "${event}"`
  report({ kind: 'upgrade', what, ...site })
}

/** The port that was asked for may be in use here: another one does as well. */
function probeListen({ report }: ProbeSettings): void {
  const probed: Listen = function probedListen(...args) {
    const port = toPort(args)
    const low = port !== undefined && port > 0 && port < 1024
    report({
      kind: 'listen',
      what: port === undefined ? 'A server listens' : `A server listens on port ${port}`,
      ...(low && { severity: 'breaks' as const }),
      ...anySite(callStack()),
    })
    listening.push(this)
    const callback = args.findLast((arg) => typeof arg === 'function')
    return listen.call(this, 0, '127.0.0.1', callback)
  }
  replace(NetServer.prototype, 'listen', probed)
}

function toPort([first]: readonly unknown[]): number | undefined {
  const given = typeof first === 'object' && first !== null && 'port' in first ? first.port : first
  const port = typeof given === 'string' && given !== '' ? Number(given) : given
  return typeof port === 'number' && Number.isInteger(port) ? port : undefined
}
