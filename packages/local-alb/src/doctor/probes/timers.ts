import { createRequire, syncBuiltinESMExports } from 'node:module'
import { callStack, directSite, type Frame, NODE, ownSite, type Site } from './call-site.js'
import type { ProbeSettings } from './report.js'
import { servedRequest, type Work } from './served-request.js'

type Schedule = (callback: unknown, delay?: unknown, ...rest: unknown[]) => unknown

interface Timer {
  readonly handle: object
  readonly site: Site
  readonly what: string
}

/** Shorter ones are part of starting up. */
const SHORT_MS = 1000

const timers: Timer[] = []

/** Looks at timers that the app's own code starts, and at the one of express-rate-limit's store. */
export function probeTimers(settings: ProbeSettings): void {
  const require = createRequire(import.meta.url)
  const modules = [globalThis, require('node:timers') as object]
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const original = globalThis[name] as Schedule
    const scheduled = new Proxy(original, {
      apply(target, self, args: unknown[]) {
        const handle: unknown = Reflect.apply(target, self, args)
        if (typeof handle === 'object' && handle !== null) look(name, handle, args[1], settings)
        return handle
      },
    })
    for (const module of modules) Reflect.set(module, name, scheduled)
  }
  probePromises(require('node:timers/promises') as Record<string, Schedule>)
  syncBuiltinESMExports()
}

function look(
  name: 'setTimeout' | 'setInterval',
  handle: object,
  delay: unknown,
  { report, scope }: ProbeSettings,
): void {
  const served = servedRequest.getStore()
  if (served === undefined && scope === 'tests') return
  const stack = callStack()
  if (isRateLimitStore(stack.find((frame) => frame.package !== NODE))) {
    const what = 'express-rate-limit counts in memory'
    const site = ownSite(stack) ?? { package: 'express-rate-limit' }
    report({ kind: 'memory-rate-limit', what, ...site })
    return
  }
  const site = directSite(stack)
  if (site === undefined) return
  const ms = Math.trunc(Number(delay)) || 1
  const what = `${name === 'setInterval' ? 'an interval' : 'a timer'} of ${ms} ms`
  if (served !== undefined) {
    served.begin({ what, site, severity: 'check', isDone: () => isDone(handle) })
  } else if (name === 'setInterval' || ms >= SHORT_MS) timers.push({ handle, site, what })
}

/** `MemoryStore.init` of express-rate-limit 6 and newer. */
function isRateLimitStore(frame: Frame | undefined): boolean {
  return frame?.package === 'express-rate-limit' && frame.name.startsWith('MemoryStore.')
}

/** Node's timers tell only in this way; one that does not is taken to go on. */
function isDone(handle: object): boolean {
  return (handle as { readonly _destroyed?: boolean })._destroyed === true
}

/** Tells of the timers that were started beside requests and still run. */
export function reportTimers({ report }: ProbeSettings): void {
  for (const { handle, site, what } of timers) {
    if (isDone(handle)) continue
    report({ kind: 'timer', what: `${what} runs beside the requests`, ...site })
  }
}

/** `await setTimeout(1000)` of `node:timers/promises`. */
function probePromises(module: Record<string, Schedule>): void {
  const original = module['setTimeout']
  if (original === undefined) return
  module['setTimeout'] = new Proxy(original, {
    apply(target, self, args: unknown[]) {
      const waiting: unknown = Reflect.apply(target, self, args)
      const site = servedRequest.getStore() && directSite()
      if (site && waiting instanceof Promise) {
        beginPromise(waiting, `a wait of ${Number(args[0])} ms`, site, 'check')
      }
      return waiting
    },
  })
}

/** Notes work that is over when a promise is settled. */
export function beginPromise(
  promise: PromiseLike<unknown>,
  what: string,
  site: Site,
  severity: Work['severity'],
): void {
  let isSettled = false
  const settle = (): void => {
    isSettled = true
  }
  promise.then(settle, settle)
  servedRequest.getStore()?.begin({ what, site, severity, isDone: () => isSettled })
}
