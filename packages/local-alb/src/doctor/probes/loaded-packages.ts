import { createRequire } from 'node:module'

/** What is done with the exports of a package when it is loaded; what it returns takes their place. */
export type OnLoaded = (exports: object) => unknown

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown

const replaced = new WeakMap<object, unknown>()

/**
 * Looks at packages as they are loaded with `require`, which is how Node also loads a CommonJS package that is imported.
 *
 * @param packages by their names
 * @param recognise for packages that may have any name, since what they export tells what they are
 */
export function watchPackages(
  packages: ReadonlyMap<string, OnLoaded>,
  recognise: (exports: object) => OnLoaded | undefined,
): void {
  const loader = createRequire(import.meta.url)('node:module') as { _load: Load }
  const load = loader._load
  loader._load = function loadAndLook(request, ...rest) {
    const exports = load.call(this, request, ...rest)
    if (!isObject(exports)) return exports
    const look = packages.get(nameOf(request)) ?? recognise(exports)
    if (look === undefined) return exports
    if (!replaced.has(exports)) {
      let result: unknown = exports
      try {
        result = look(exports)
      } catch {
        // Another version, which is not what it is taken for: then nothing is told.
      }
      replaced.set(exports, result)
      if (isObject(result)) replaced.set(result, result)
    }
    return replaced.get(exports)
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Of `express` and of `…/node_modules/express/index.js`, not of a file deeper in the package. */
function nameOf(request: string): string {
  const path = request.replaceAll('\\', '/')
  const at = path.lastIndexOf('/node_modules/')
  const inner = at === -1 ? path : path.slice(at + '/node_modules/'.length)
  return inner.replace(
    /^((?:@[^/]+\/)?[^/]+)(?:\/(?:index|lib\/index|dist\/index|dist\/cjs\/index)?(?:\.c?js)?)?$/,
    '$1',
  )
}
