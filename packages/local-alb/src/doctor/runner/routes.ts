import {
  appsIn,
  type Layer,
  mountPathOf,
  type RouteLike,
  type RouterLike,
} from '../probes/express.js'

const MAX_DEPTH = 12

/** The paths of an Express app's GET routes, as they are written: `/users/:id`. None for other apps. */
export function getRoutesOf(app: unknown): string[] {
  return [...new Set(routesIn(app, '', 0))]
}

function routesIn(app: unknown, prefix: string, depth: number): string[] {
  if (typeof app !== 'function' || depth > MAX_DEPTH) return []
  const router = routerOf(app)
  return [
    ...(router === undefined ? [] : routesOfStack(router.stack, prefix, depth)),
    ...appsIn(app).flatMap(({ path, app: inner }) =>
      routesIn(inner, join(prefix, path), depth + 1),
    ),
  ]
}

function routerOf(app: object): RouterLike | undefined {
  // Express 4 throws when it is asked for `router`, and has none before the first route.
  const { _router } = app as { readonly _router?: unknown }
  if (isRouter(_router)) return _router
  try {
    const { router } = app as { readonly router?: unknown }
    return isRouter(router) ? router : isRouter(app) ? app : undefined
  } catch {
    return undefined
  }
}

function isRouter(value: unknown): value is RouterLike {
  return (
    typeof value === 'function' && 'stack' in value && Array.isArray((value as RouterLike).stack)
  )
}

function routesOfStack(stack: readonly Layer[], prefix: string, depth: number): string[] {
  if (depth > MAX_DEPTH) return []
  return stack.flatMap((layer) => {
    if (layer.route !== undefined) return pathsOfRoute(layer.route, prefix)
    const { handle } = layer
    if (!isRouter(handle)) return []
    return toPaths(
      mountPathOf(layer) ?? (layer.regexp?.fast_slash === true ? '/' : undefined),
    ).flatMap((path) => routesOfStack(handle.stack, join(prefix, path), depth + 1))
  })
}

function pathsOfRoute({ path, methods }: RouteLike, prefix: string): string[] {
  if (methods?.['get'] !== true && methods?.['_all'] !== true) return []
  return toPaths(path).map((one) => join(prefix, one))
}

/** Regular expressions are nobody's path. */
function toPaths(path: unknown): string[] {
  return [path].flat().filter((one): one is string => typeof one === 'string')
}

function join(prefix: string, path: string): string {
  return `${prefix}/${path}`.replaceAll(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
}
