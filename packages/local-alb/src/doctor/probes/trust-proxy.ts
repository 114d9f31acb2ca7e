import { callStack, type Frame, toPlace } from './call-site.js'
import type { Report } from './report.js'

const NAMES = ['ip', 'ips', 'protocol', 'secure'] as const

/**
 * `req.secure` of Express asks for `req.protocol`: nothing is told twice. express-session asks in any case, and whether it
 * makes use of it is another question.
 */
const UNTOLD: ReadonlySet<string | undefined> = new Set(['express', 'express-session'])

type Getter = (this: object) => unknown

const probed = new WeakSet<object>()

/** Looks at what is read of Express's requests that is wrong behind a load balancer without `trust proxy`. */
export function probeTrustProxy(request: object, report: Report): void {
  if (probed.has(request)) return
  probed.add(request)
  for (const name of NAMES) {
    const descriptor = Object.getOwnPropertyDescriptor(request, name)
    if (descriptor?.get === undefined || descriptor.configurable !== true) continue
    // Called with the request as `this`, below.
    // oxlint-disable-next-line typescript/unbound-method
    const getter: Getter = descriptor.get
    Object.defineProperty(request, name, {
      ...descriptor,
      get(this: object): unknown {
        look(this, name, report)
        return getter.call(this)
      },
    })
  }
}

function look(req: object, name: string, report: Report): void {
  if (!isUntrusting(req)) return
  const [reader] = callStack()
  if (reader === undefined || UNTOLD.has(reader.package)) return
  report({
    kind: 'trust-proxy',
    what: `${reader.package ?? 'The app'} reads req.${name}`,
    ...siteOf(reader),
  })
}

function siteOf(reader: Frame): object {
  return reader.package === undefined ? { place: toPlace(reader) } : { package: reader.package }
}

/** Whether the app says nothing, or no. */
function isUntrusting(req: object): boolean {
  const { app } = req as { readonly app?: { readonly get?: (name: string) => unknown } }
  if (typeof app?.get !== 'function') return false
  const setting = app.get('trust proxy')
  return setting === false || setting === undefined || setting === 0
}

/** The prototype of an app's requests, for an Express app. */
export function requestPrototypeOf(listener: unknown): object | undefined {
  if (typeof listener !== 'function' || !('request' in listener)) return undefined
  const { request } = listener
  if (typeof request !== 'object' || request === null) return undefined
  const prototype: unknown = Object.getPrototypeOf(request)
  return typeof prototype === 'object' && prototype !== null && Object.hasOwn(prototype, 'ip')
    ? prototype
    : undefined
}
