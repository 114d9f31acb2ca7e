import { existsSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { PartialMessage, Plugin } from 'esbuild'
import type { BundleRequest } from './bundle-request.js'
import { at, type Findings } from './findings.js'
import { findPackage, packageNameOf } from './manifest.js'
import { loaderOf, type ModuleScan, type SourcePlace, scanModule } from './module-scan.js'
import { type FoundPath, MARKERS } from './path-expressions.js'
import { isWithin, type Package, type Places } from './places.js'

const CODE = /\.[mc]?[jt]sx?$/
const OWN_PLACE = /import\s*\.\s*meta|__dirname|__filename/
const OWN_CALLS = /process\.cwd\(|view engine|\bstatic\(|\.engine\(/

/** The banner's function that gives a place in the deployed folder as a URL. */
export const LOCATE = 'localAlbLocate'
export const TO_FILE = 'localAlbFileUrlToPath'

/**
 * Lets each module of a bundle see itself where it would be if it were not bundled (`import.meta.url`, `__dirname`), and
 * notes the files that it makes paths to, so that they can be copied there.
 */
export function ownPlacePlugin(request: BundleRequest, places: Places, findings: Findings): Plugin {
  return {
    name: 'own-place',
    setup(build) {
      build.onLoad({ filter: CODE }, async ({ path, namespace }) => {
        if (namespace !== 'file') return undefined
        const source = await readFile(path, 'utf8')
        const owner = places.packageOf(path)
        const usesPlace = OWN_PLACE.test(source)
        if (!usesPlace && !(owner.isOwn && OWN_CALLS.test(source))) return undefined
        const scan = await scanModule(source, path, owner.isOwn ? places.root : undefined)
        const module: Module = { file: path, owner, request, places, findings }
        const messages = scan === undefined ? noMessages() : judge(scan, module)
        if (!usesPlace) return { contents: source, loader: loaderOf(path), ...messages }
        // On the first line, so that lines stay as they are in the source map.
        const contents = source.startsWith('#!')
          ? source.replace(/^.*/, prefix(source, places.placeOf(path)))
          : prefix(source, places.placeOf(path)) + source
        return { contents, loader: loaderOf(path), ...messages }
      })
    },
  }
}

interface Messages {
  readonly errors: PartialMessage[]
  readonly warnings: PartialMessage[]
  /** What is copied is watched as well. */
  readonly watchFiles: string[]
  readonly watchDirs: string[]
}

const noMessages = (): Messages => ({ errors: [], warnings: [], watchFiles: [], watchDirs: [] })

interface Module {
  readonly file: string
  readonly owner: Package
  readonly request: BundleRequest
  readonly places: Places
  readonly findings: Findings
}

function prefix(source: string, place: string): string {
  const url = place.split('/').map(encodeURIComponent).join('/')
  const parent = url.includes('/') ? url.slice(0, url.lastIndexOf('/')) : '.'
  const locate = (path: string): string => `${LOCATE}(${JSON.stringify(path)})`
  const { url: own, file, folder } = MARKERS
  const isMeta = /import\s*\.\s*meta/.test(source)
  return [
    ...(isMeta ? [`const ${own}=${locate(url)};`] : []),
    ...(isMeta || source.includes('__filename')
      ? [`const ${file}=/*@__PURE__*/${TO_FILE}(${locate(url)});`]
      : []),
    ...(isMeta || source.includes('__dirname')
      ? [`const ${folder}=/*@__PURE__*/${TO_FILE}(${locate(parent)});`]
      : []),
  ].join('')
}

/** What becomes of all that a module was found to refer to. */
function judge(scan: ModuleScan, module: Module): Messages {
  const messages = noMessages()
  for (const found of scan.paths) judgePath(found, module, messages)
  const { owner, findings, places } = module
  if (!owner.isOwn) return messages
  for (const { path, place } of scan.staticFolders) {
    // `express.static('public')`: relative to the working folder, which is the deployed one.
    const file = resolve(places.root, path)
    if (!isAbsolute(path) && file !== places.root) {
      addAsset({ path: file, place, mayBeMissing: false }, module, messages)
    }
  }
  for (const { name, place } of scan.viewEngines) {
    findings.viewEngineSet = true
    const root = findPackage(name, dirname(module.file))
    if (root !== undefined) findings.viewEngines.set(name, { name, root, reason: VIEW_ENGINE })
    else messages.warnings.push(at(place, `The view engine ${name} is not installed`))
  }
  findings.viewsSet ||= scan.setsViews
  for (const extension of scan.engines) findings.engines.add(extension)
  return messages
}

const VIEW_ENGINE = 'view engine of Express'

type Found = FoundPath & { readonly place: SourcePlace }

function judgePath(found: Found, module: Module, messages: Messages): void {
  const { owner, places } = module
  const { kind, path, place, taker, isIndirect, isCandidate } = found
  if (kind === 'computed') {
    const isModule = taker === 'require'
    if (owner.isOwn && isModule) messages.warnings.push(at(place, COMPUTED_MODULE))
    else if (owner.isOwn && !isIndirect) messages.warnings.push(at(place, COMPUTED))
    else if (isModule) discover(module)
    return
  }
  if (kind === 'module' && !isAbsolute(path)) {
    judgePackage(path, place, module, messages)
    return
  }
  // A folder that it begins from, or the module itself.
  if (isWithin(module.file, path) || isWithin(places.root, path)) {
    if (owner.isOwn && !isIndirect && /^(?:static|serveStatic|readdir|readdirSync)$/.test(taker)) {
      messages.warnings.push(
        at(place, `${taker}() reads the folder of the source itself. ${USE_ASSET}`),
      )
    }
    return
  }
  if (isCandidate && !existsSync(path)) return
  if (kind === 'folder' && (!existsSync(path) || !statSync(path).isDirectory())) return
  if (!owner.isOwn) {
    judgeForeign(path, module)
    return
  }
  addAsset({ path, place, mayBeMissing: isIndirect || kind === 'folder', taker }, module, messages)
}

const USE_ASSET = 'Copy what it reads with --asset <path>'
const COMPUTED_MODULE =
  'A require() of createRequire() loads what is not in the bundle. Import it by its name, or copy its package with --keep <package>'
const COMPUTED = `This path is computed, so what is read there is not known. ${USE_ASSET}, unless it is there already`

/** A file of an installed package. Those that may be missing are missing; code has to be where its imports are. */
function judgeForeign(path: string, module: Module): void {
  const { owner, findings, places } = module
  if (!existsSync(path) || !isWithin(path, owner.root)) return
  if (/\.[mc]?js$/.test(path)) discover(module)
  else findings.assets.set(places.placeOf(path), path)
}

function discover({ owner: { root, manifest }, findings }: Module): void {
  if (manifest.name === undefined) return
  findings.discover({
    name: manifest.name,
    root,
    reason: 'loads its code by path or computed name',
  })
}

function judgePackage(
  specifier: string,
  place: SourcePlace,
  module: Module,
  { warnings }: Pick<Messages, 'warnings'>,
): void {
  const { file, findings, owner } = module
  if (isBuiltin(specifier)) return
  if (specifier.startsWith('#')) {
    // A name of the package's own package.json.
    if (owner.isOwn) warnings.push(at(place, COMPUTED_MODULE))
    else discover(module)
    return
  }
  const name = packageNameOf(specifier)
  const root = findPackage(name, dirname(file))
  if (root !== undefined) findings.keep({ name, root, reason: 'loaded by createRequire()' })
  else if (owner.isOwn) warnings.push(at(place, `${name} is not installed, and is loaded here`))
}

interface Asset {
  readonly path: string
  readonly place: SourcePlace
  readonly mayBeMissing: boolean
  readonly taker?: string
}

function addAsset(asset: Asset, module: Module, messages: Messages): void {
  const { errors, warnings } = messages
  const { request, places, findings } = module
  const { place, taker = '', mayBeMissing } = asset
  const path = asset.path.replace(/[\\/]$/, '')
  if (request.exclude.some((excluded) => isWithin(path, excluded))) return
  const shown = places.show(path)
  const target = places.placeOf(path)
  if (target.startsWith('_/')) {
    errors.push(
      at(
        place,
        `${shown} is outside of the package ${places.show(places.root)}. ${elsewhere(shown)}`,
      ),
    )
    return
  }
  if (!existsSync(path)) {
    if (request.assets.some(({ to }) => to !== undefined && isWithin(target, to))) return
    const text = `There is no ${shown}. Create it before the build, copy it from elsewhere with --asset <path>:${target}, or leave it out with --exclude ${shown} where the function can do without`
    const source = path.replace(/\.([mc]?)js$/, '.$1ts')
    if (source !== path && existsSync(source)) errors.push(at(place, isCode(places.show(source))))
    else (mayBeMissing ? warnings : errors).push(at(place, text))
    return
  }
  if (/\.[mc]?tsx?$/.test(path)) errors.push(at(place, isCode(shown)))
  else if (/\.[mc]?js$/.test(path)) {
    findings.hasModuleAsset ||= path.endsWith('.js') && module.owner.manifest.type === 'module'
    const what = taker === 'Worker' ? 'the worker ' : ''
    warnings.push(
      at(place, `${what}${shown} is copied as it is; what it imports is not copied with it`),
    )
  }
  // A folder that holds the project's packages or the whole project is nobody's asset.
  if (relative(path, places.root) === '') return
  findings.assets.set(target, path)
  watch(path, messages)
}

function watch(path: string, { watchFiles, watchDirs }: Messages): void {
  if (!statSync(path).isDirectory()) {
    watchFiles.push(path)
    return
  }
  watchDirs.push(path)
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    ;(entry.isDirectory() ? watchDirs : watchFiles).push(file)
  }
}

function elsewhere(shown: string): string {
  return `Copy it into the package, or give it with --asset ${shown}:<name>, read it from there, and leave this path out with --exclude ${shown}`
}

function isCode(shown: string): string {
  return `${shown} is TypeScript and is loaded by its path here, so it is not in the bundle. Import it, or build it to JavaScript first and refer to that, or leave it out with --exclude ${shown}`
}
