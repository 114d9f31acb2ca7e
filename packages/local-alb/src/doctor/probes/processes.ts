import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { callStack, directSite, ownSite, packageOn } from './call-site.js'
import { observe, replace } from './on-call.js'
import type { ProbeSettings } from './report.js'
import { servedRequest } from './served-request.js'

const STARTING = ['exec', 'execFile', 'fork', 'spawn'] as const

/** Looks at programs that the app starts, at workers of a cluster, and at signals that it waits for. */
export function probeProcesses(settings: ProbeSettings): void {
  const require = createRequire(import.meta.url)
  const children = require('node:child_process') as object
  for (const name of STARTING.flatMap((start) => [start, `${start}Sync`])) {
    observe(children, name, ([command]) => {
      lookAtProgram(name, command, settings)
    })
  }
  if (settings.scope === 'app') {
    probeCluster(require('node:cluster') as object, settings)
    probeSignals(settings)
  }
  syncBuiltinESMExports()
}

function lookAtProgram(name: string, command: unknown, { report, scope }: ProbeSettings): void {
  if (scope === 'tests' && servedRequest.getStore() === undefined) return
  const stack = callStack()
  const site = ownSite(stack)
  if (site === undefined) return
  const by = packageOn(stack)
  const program = typeof command === 'string' ? JSON.stringify(command.slice(0, 80)) : 'a program'
  const what = `${by === undefined ? name : `${by} (${name})`} starts ${program}`
  report({ kind: 'child-process', what, ...site })
}

/** No worker is started: it would listen, and look for the doctor. */
function probeCluster(cluster: object, { report }: ProbeSettings): void {
  const fork = (): unknown => {
    report({ kind: 'cluster', what: 'cluster.fork starts a worker', ...ownSite() })
    return Object.assign(new EventEmitter(), {
      id: 1,
      process: Object.assign(new EventEmitter(), { pid: process.pid }) as ChildProcess,
      isConnected: () => false,
      isDead: () => false,
      send: () => true,
      kill: () => undefined,
      disconnect: () => undefined,
    })
  }
  replace(cluster, 'fork', fork)
}

function probeSignals({ report }: ProbeSettings): void {
  for (const name of ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener']) {
    observe(process, name, ([event]) => {
      if (typeof event !== 'string' || !/^SIG(?:TERM|INT|HUP|QUIT|USR2)$/.test(event)) return
      const site = directSite(callStack())
      if (site !== undefined) report({ kind: 'signal', what: `Waits for ${event}`, ...site })
    })
  }
}
