import { callStack, ownSite, type Site } from './call-site.js'
import { replace } from './on-call.js'
import { keepPlace, servedRequest } from './served-request.js'
import { beginPromise } from './timers.js'

type Method = (this: object, ...args: unknown[]) => unknown

/** A layer of Express 4 or 5, as far as it is read here. */
export interface Layer {
  handle?: unknown
  readonly route?: RouteLike | undefined
  readonly regexp?: { readonly fast_slash?: boolean }
}

export interface RouteLike {
  readonly path?: unknown
  readonly methods?: Readonly<Record<string, boolean>>
  readonly stack?: Layer[]
}

export interface RouterLike {
  readonly stack: readonly Layer[]
}

interface Mounted {
  readonly path: string
  readonly app: object
}

const mountPaths = new WeakMap<object, unknown>()
const mountedApps = new WeakMap<object, Mounted[]>()

/** Where a router stands in another one, if that was seen. */
export function mountPathOf(layer: Layer): unknown {
  return mountPaths.get(layer)
}

/** The apps that stand in another one. */
export function appsIn(app: object): readonly Mounted[] {
  return mountedApps.get(app) ?? []
}

/** Keeps where routes are defined and where routers stand: Express itself keeps neither. */
export function probeRouter(Router: object): void {
  // Express 5 and `router`: methods on the prototype; Express 4: on the function, which is the prototype itself.
  const { prototype } = Router as { readonly prototype?: { readonly use?: unknown } }
  const holder = typeof prototype?.use === 'function' ? prototype : Router
  afterwards(holder, 'use', (added, [first]) => {
    for (const layer of added) mountPaths.set(layer, isPath(first) ? first : '/')
  })
  afterwards(holder, 'route', (added, _args, site) => {
    for (const { route } of added) {
      if (route !== undefined && site?.place !== undefined) keepPlace(route, site.place)
    }
  })
}

export function probeRoute(Route: object): void {
  const { prototype } = Route as { readonly prototype: object }
  for (const name of ['all', 'get', 'head', 'post', 'put', 'patch', 'delete', 'options']) {
    afterwards(prototype, name, (added, _args, site) => {
      for (const layer of added) watchHandler(layer, site)
    })
  }
}

/** Keeps which app stands in which. */
export function probeApplication(application: object): void {
  const use: unknown = Reflect.get(application, 'use')
  if (typeof use !== 'function') return
  const seen = new Proxy(use as Method, {
    apply(target, self: object, args: unknown[]) {
      const path = typeof args[0] === 'string' ? args[0] : '/'
      const apps = args.flat(5).filter((arg): arg is object => isApp(arg))
      if (apps.length > 0) {
        const list = mountedApps.get(self) ?? []
        list.push(...apps.map((app) => ({ path, app })))
        mountedApps.set(self, list)
      }
      return Reflect.apply(target, self, args)
    },
  })
  replace(application, 'use', seen)
}

function isApp(value: unknown): boolean {
  return typeof value === 'function' && 'handle' in value && 'set' in value
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' || value instanceof RegExp || Array.isArray(value)
}

/** Tells, after each call of a method, which layers it has added. */
function afterwards(
  holder: object,
  name: string,
  tell: (added: readonly Layer[], args: readonly unknown[], site: Site | undefined) => void,
): void {
  const method: unknown = Reflect.get(holder, name)
  if (typeof method !== 'function') return
  const seen = new Proxy(method as Method, {
    apply(target, self: { readonly stack?: Layer[] }, args: unknown[]) {
      const before = self.stack?.length ?? 0
      const result: unknown = Reflect.apply(target, self, args)
      tell(self.stack?.slice(before) ?? [], args, ownSite(callStack()))
      return result
    },
  })
  replace(holder, name, seen)
}

/** A handler that is a promise is to be over when the response is. */
function watchHandler(layer: Layer, site: Site | undefined): void {
  const { handle } = layer
  if (typeof handle !== 'function' || site === undefined) return
  layer.handle = new Proxy(handle as Method, {
    apply(target, self: object, args: unknown[]) {
      const result: unknown = Reflect.apply(target, self, args)
      if (servedRequest.getStore() !== undefined && isPromise(result)) {
        beginPromise(result, 'its handler', site, 'breaks')
      }
      return result
    },
  })
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
