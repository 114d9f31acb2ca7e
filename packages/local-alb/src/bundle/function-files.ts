import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { BuildContext, BuildResult, Message, Metafile, Plugin } from 'esbuild'
import { globWarnings, missingWarnings } from './metafile-warnings.js'
import { bundleOptions, renameSources } from './bundle-options.js'
import { BUNDLE_NAME, type BundleRequest } from './bundle-request.js'
import { Findings } from './findings.js'
import { findPackage, forgetManifests, packageNameOf } from './manifest.js'
import { ownPlacePlugin } from './own-place.js'
import { copyPackages, type KeptPackage } from './package-copy.js'
import { isExternal, packagesPlugin } from './packages-plugin.js'
import { isWithin, Places } from './places.js'

/** A file of the folder that is deployed: its bytes, or the file that it is a copy of. */
export type FileSource = Uint8Array | string

/** A function built: all files that are deployed. */
export interface FunctionFiles {
  /** By their paths, with `/`. */
  readonly files: ReadonlyMap<string, FileSource>
  /** What esbuild says of the bundle. */
  readonly metafile: Metafile
  readonly places: Places
  readonly kept: readonly KeptPackage[]
  readonly warnings: readonly Message[]
}

/** What became of one build. */
export type BuildOutcome =
  | { readonly kind: 'built'; readonly built: FunctionFiles }
  | { readonly kind: 'failed'; readonly errors: readonly Message[] }

type Result = BuildResult<{ write: false; metafile: true }>

/** Builds a function as often as asked. */
export interface FunctionBuilder {
  build(): Promise<BuildOutcome>
  /** Builds at once, and again whenever a source or a copied file changes. */
  watch(): Promise<void>
  close(): Promise<void>
}

/** @param onBuilt told of each build that is done */
export async function createBuilder(
  request: BundleRequest,
  onBuilt: (outcome: BuildOutcome) => void | Promise<void> = () => {},
): Promise<FunctionBuilder> {
  const { context } = await import('esbuild')
  const places = new Places(request.entry)
  const findings = new Findings()
  let discovered = 0
  let latest: BuildOutcome | undefined
  const ended: Plugin = {
    name: 'ended',
    setup(build) {
      build.onStart(() => {
        findings.clear()
        forgetManifests()
        discovered = findings.discovered.size
      })
      build.onEnd(async (result) => {
        const outcome = tryOutcome(result, request, places, findings)
        if (findings.discovered.size > discovered) {
          // Once more, with the packages that cannot be bundled left out.
          again = true
          if (isWatching) setImmediate(() => void rebuild())
          return
        }
        latest = outcome
        await onBuilt(outcome)
      })
    },
  }
  let again = false
  let isWatching = false
  const plugins = [
    packagesPlugin(request, places, findings),
    ownPlacePlugin(request, places, findings),
    ended,
  ]
  const esbuild: BuildContext = await context({ ...bundleOptions(request, places), plugins })
  const rebuild = async (): Promise<void> => {
    // Errors are in the outcome.
    await esbuild.rebuild().catch(() => {})
  }
  return {
    async build() {
      do {
        again = false
        await rebuild()
      } while (again)
      if (latest === undefined) throw new Error('esbuild ended without a result')
      return latest
    },
    async watch() {
      isWatching = true
      await esbuild.watch()
    },
    close: async () => esbuild.dispose(),
  }
}

/** A file that cannot be read is told as any other error. */
function tryOutcome(...args: Parameters<typeof toOutcome>): BuildOutcome {
  try {
    return toOutcome(...args)
  } catch (error) {
    return { kind: 'failed', errors: toMessages([String(error)]) }
  }
}

function toOutcome(
  result: Result,
  request: BundleRequest,
  places: Places,
  findings: Findings,
): BuildOutcome {
  if (result.errors.length > 0) {
    return { kind: 'failed', errors: result.errors.map((error) => located(error, places)) }
  }
  const files = new Map<string, FileSource>()
  const messages: string[] = []
  const problems: string[] = []
  addDefaultViews(places, findings)
  for (const [extension, engine] of findings.viewEngines) {
    if (!findings.engines.has(extension)) findings.keep(engine)
  }
  const kept = [...findings.kept.values(), ...alsoKept(request, findings, problems)].toSorted(
    (a, b) => (a.name < b.name ? -1 : 1),
  )
  const copy = copyPackages(kept, request.system)
  problems.push(...copy.problems)
  messages.push(...copy.warnings)
  const add = (path: string, file: string): void => {
    for (const [place, source] of filesBelow(path, file)) files.set(place, source)
  }
  for (const [path, file] of findings.assets) add(path, file)
  for (const [path, file] of copy.files) files.set(path, file)
  // Code that is copied is a module of the kind that it was.
  if (findings.hasModuleAsset) files.set('package.json', Buffer.from('{"type":"module"}\n'))
  for (const { path, to, given } of request.assets) {
    const target = to ?? defaultTarget(path, places)
    if (existsSync(path)) add(target, path)
    else problems.push(`--asset ${given}: there is no such file or folder`)
  }
  for (const { path, text, contents } of result.outputFiles) {
    const name = basename(path)
    if (files.has(name)) problems.push(`An asset is named ${name}, which is the bundle's own name`)
    files.set(
      name,
      name === `${BUNDLE_NAME}.map`
        ? Buffer.from(renameSources(text, places, request.sourceNames))
        : contents,
    )
  }
  if (problems.length > 0) return { kind: 'failed', errors: toMessages(problems) }
  const ofSources = result.warnings.map((warning) => located(warning, places))
  const isKnown = (path: string): boolean =>
    isExternal(path, request.external) ||
    kept.some(({ name }) => name === packageNameOf(path)) ||
    path.endsWith('.node')
  const warnings = [
    ...ofSources,
    ...globWarnings(result.metafile, places),
    ...missingWarnings(result.metafile, isKnown, places),
    ...toMessages(messages),
  ]
  const sorted = new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return {
    kind: 'built',
    built: { files: sorted, metafile: result.metafile, places, kept, warnings },
  }
}

/** `--keep` also of what no module names: a plugin that is loaded by a name from a file. */
function alsoKept(
  { keep, entry }: BundleRequest,
  findings: Findings,
  problems: string[],
): KeptPackage[] {
  const known = new Set([...findings.kept.values()].map(({ name }) => name))
  return keep.flatMap((name) => {
    if (known.has(name)) return []
    const root = findPackage(name, dirname(entry))
    if (root !== undefined) return [{ name, root, reason: '--keep' }]
    problems.push(`--keep ${name}: there is no such package for ${entry}. Install it first`)
    return []
  })
}

function toMessages(texts: readonly string[]): Message[] {
  return texts.map((text) => ({
    id: '',
    pluginName: '',
    text,
    location: null,
    notes: [],
    detail: undefined,
  }))
}

/** With its file relative to where the user stands. */
function located(message: Message, places: Places): Message {
  const { location } = message
  if (location === null) return { ...message, pluginName: '' }
  return {
    ...message,
    pluginName: '',
    location: { ...location, file: places.show(resolve(places.root, location.file)) },
  }
}

/** Express looks for views in the folder `views` of the working folder. */
function addDefaultViews(places: Places, findings: Findings): void {
  const views = join(places.root, 'views')
  if (findings.viewEngineSet && !findings.viewsSet && existsSync(views)) {
    findings.assets.set('views', views)
  }
}

function defaultTarget(path: string, places: Places): string {
  return isWithin(path, places.root) ? places.placeOf(path) : basename(path)
}

/** A file, or all files of a folder, by their places. Links are followed; packages and repositories stay out. */
function* filesBelow(place: string, file: string): Generator<readonly [string, string]> {
  if (!statSync(file).isDirectory()) {
    yield [place, file]
    return
  }
  for (const name of readdirSync(file).toSorted()) {
    if (name === 'node_modules' || name === '.git' || name === '.DS_Store') continue
    const child = join(file, name)
    const stats = statSync(child, { throwIfNoEntry: false })
    if (stats === undefined) continue
    yield* filesBelow(place === '' ? name : `${place}/${name}`, child)
  }
}
