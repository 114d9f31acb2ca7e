import { createRequire, isBuiltin } from 'node:module'
import { dirname, extname, join } from 'node:path'
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { binaryFormatOf, whyForeign } from './binary-format.js'
import type { BundleRequest } from './bundle-request.js'
import type { Findings } from './findings.js'
import { findPackage, manifestIn, packageNameOf } from './manifest.js'
import { isNativePackage } from './native-package.js'
import type { Places } from './places.js'
import { nameOf } from './system.js'

const KEPT = 'local-alb-kept'
const ADDON = 'local-alb-addon'

/** Leaves out of the bundle what cannot be in one: native modules, packages to keep, modules that are not installed. */
export function packagesPlugin(request: BundleRequest, places: Places, findings: Findings): Plugin {
  return {
    name: 'packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (args) =>
        resolvePackage(build, args, request, places, findings),
      )
      build.onLoad({ filter: /.*/, namespace: KEPT }, ({ path }) => ({
        // `require`, so that its exports have the names that they would have in the bundle.
        contents: `module.exports = require(${JSON.stringify(path)})`,
        loader: 'js',
      }))
      build.onResolve({ filter: /\.node$/ }, (args) => {
        if (args.namespace === ADDON) return { path: args.path, external: true }
        const path = join(args.resolveDir, args.path)
        return args.path.startsWith('.') ? { path, namespace: ADDON } : undefined
      })
      build.onLoad({ filter: /.*/, namespace: ADDON }, ({ path }) =>
        loadAddon(path, request, places, findings),
      )
    },
  }
}

async function resolvePackage(
  build: PluginBuild,
  args: OnResolveArgs,
  request: BundleRequest,
  places: Places,
  findings: Findings,
): Promise<OnResolveResult | undefined> {
  const { path, kind, resolveDir, importer, namespace } = args
  if (namespace === KEPT) return { path, external: true }
  if (kind === 'entry-point' || args.pluginData === RESOLVING || isBuiltin(path)) return undefined
  if (/^(?:[a-z]+:|#)/.test(path) || isExternal(path, request.external)) return undefined
  const name = packageNameOf(path)
  const root = findPackage(name, resolveDir)
  if (root === undefined) return resolveMissing(build, args, places)
  const reason = keepReason(name, root, request, findings)
  if (reason === undefined || root === places.root) return undefined
  findings.keep({ name, root, reason })
  const isEsm = kind !== 'require-call' && kind !== 'require-resolve' && isEsModule(path, importer)
  if (isEsm || kind === 'require-call' || kind === 'require-resolve') {
    return { path, external: true }
  }
  return { path, namespace: KEPT }
}

function keepReason(
  name: string,
  root: string,
  { keep }: BundleRequest,
  { discovered }: Findings,
): string | undefined {
  if (keep.includes(name)) return '--keep'
  return discovered.get(root)?.reason ?? (isNativePackage(root) ? 'native module' : undefined)
}

/** Whether `require` of a kept package would load an ES module, which Lambda's Node.js 20 and 22 refuse. */
function isEsModule(specifier: string, importer: string): boolean {
  try {
    const file = createRequire(importer).resolve(specifier)
    if (extname(file) === '.mjs') return true
    if (extname(file) !== '.js') return false
    for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = manifestIn(folder)
      if (manifest !== undefined) return manifest.type === 'module'
    }
    return false
  } catch {
    // It is for `import` only.
    return true
  }
}

const RESOLVING = Symbol('resolving')

/** A package that is not installed: an error, unless the importer can do without. */
async function resolveMissing(
  build: PluginBuild,
  args: OnResolveArgs,
  places: Places,
): Promise<OnResolveResult | undefined> {
  const { path, kind, importer, resolveDir, namespace } = args
  const options = { kind, importer, resolveDir, namespace, pluginData: RESOLVING }
  const { errors } = await build.resolve(path, options)
  if (errors.length === 0 || (kind !== 'require-call' && kind !== 'dynamic-import'))
    return undefined
  const { isOwn, manifest } = places.packageOf(importer)
  if (isOwn) return undefined
  const name = packageNameOf(path)
  const isDeclared = manifest.dependencies?.[name] !== undefined
  if (isDeclared) return undefined
  const text = `${manifest.name ?? 'A package'} can use ${name}, which is not installed. Nothing to do unless the function needs it`
  return { path, external: true, warnings: [{ text }] }
}

/** Whether a module is one of those that are left out; `*` stands for anything. */
export function isExternal(path: string, external: readonly string[]): boolean {
  return external.some((pattern) => {
    const [before = '', after] = pattern.split('*')
    if (after === undefined) return path === pattern || path.startsWith(`${pattern}/`)
    return path.startsWith(before) && path.endsWith(after)
  })
}

/** A `.node` file that is loaded by its path is copied beside the bundle. */
function loadAddon(
  file: string,
  { system }: BundleRequest,
  places: Places,
  findings: Findings,
): { contents: string; loader: 'js' } | { errors: { text: string }[] } {
  let format
  try {
    format = binaryFormatOf(file)
  } catch {
    return { errors: [{ text: `There is no ${places.show(file)}. Build it first` }] }
  }
  const foreign =
    format === undefined ? 'no system (it is not a binary)' : whyForeign(format, system)
  if (foreign !== undefined) {
    const text = `${places.show(file)} is built for ${foreign}, and the function runs on ${nameOf(system)}. Build it for that, or choose the other --arch`
    return { errors: [{ text }] }
  }
  const place = places.placeOf(file)
  findings.assets.set(place, file)
  return { contents: `module.exports = require(${JSON.stringify(`./${place}`)})`, loader: 'js' }
}
