import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { binaryFormatOf, whyForeign } from './binary-format.js'
import { findPackage, type Manifest, manifestIn } from './manifest.js'
import { isNativePackage, isPlatformPackage } from './native-package.js'
import { toPosix } from './places.js'
import { LAMBDA_GLIBC_MINOR, nameOf, type System } from './system.js'

/** A package that is copied instead of being bundled, as the bundle asks for it. */
export interface KeptPackage {
  readonly name: string
  readonly root: string
  /** Why, for people: "native", "--keep", "view engine of Express". */
  readonly reason: string
}

export interface PackageCopy {
  /** Files by their path in the deployed folder. */
  readonly files: ReadonlyMap<string, string>
  /** One sentence each. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

interface Placed {
  readonly name: string
  readonly root: string
  readonly place: string
  /** The kept package that needs it. */
  readonly top: string
}

/**
 * The files of packages and of all that they depend on, in `node_modules` as Node finds them: without sources in C,
 * declarations, documentation, and binaries for other systems.
 */
export function copyPackages(kept: readonly KeptPackage[], system: System): PackageCopy {
  const files = new Map<string, string>()
  const problems: string[] = []
  const warnings: string[] = []
  /** Binaries for other systems, and whether there is one for this, by kept package. */
  const binaries = new Map<string, { fits: boolean; foreign: Set<string> }>()
  for (const placed of placePackages(kept, system, warnings)) {
    const state = binaries.get(placed.top) ?? { fits: false, foreign: new Set<string>() }
    binaries.set(placed.top, state)
    for (const path of filesOf(placed.root)) {
      const file = join(placed.root, path)
      if (/\.(?:node|so(?:\.\d+)*|dylib|dll)$/.test(path)) {
        const format = binaryFormatOf(file)
        const foreign = format === undefined ? undefined : whyForeign(format, system)
        if (foreign !== undefined) {
          if (path.endsWith('.node')) state.foreign.add(foreign)
          continue
        }
        if (path.endsWith('.node')) state.fits = true
        const minor = Number(format?.glibc?.split('.')[1] ?? 0)
        if (system.libc === 'glibc' && minor > LAMBDA_GLIBC_MINOR) {
          warnings.push(
            `${placed.name}: ${path} needs glibc 2.${minor}, and Lambda's Amazon Linux 2023 has 2.${LAMBDA_GLIBC_MINOR}. Install its prebuilt binary, or build it on Amazon Linux 2023`,
          )
        }
      } else if (isPlatformFolder(path, system)) continue
      files.set(`${placed.place}/${toPosix(path)}`, file)
    }
  }
  for (const { name, root } of kept) {
    const { fits = false, foreign = new Set<string>() } = binaries.get(name) ?? {}
    if (fits || !(foreign.size > 0 || isNativePackage(root))) continue
    if (foreign.size === 0 && hasOtherBinary(files, name)) continue
    problems.push(noBinary(name, [...foreign].toSorted(), system))
  }
  return { files, problems, warnings }
}

function noBinary(name: string, foreign: readonly string[], system: System): string {
  const has =
    foreign.length === 0
      ? `has no binary for ${nameOf(system)} installed`
      : `has a binary for ${foreign.join(', ')} only`
  return (
    `${name} is a native module and ${has}; the function runs on ${nameOf(system)}. Install it for that: ` +
    `npm install --os=${system.platform} --cpu=${system.arch}${system.libc === undefined ? '' : ` --libc=${system.libc}`} ${name} ` +
    '(pnpm: supportedArchitectures; what compiles itself: on that system, or in a container of it). ' +
    `Or choose the other --arch, or leave it out with --external ${name} where the function can do without`
  )
}

/** Some are WebAssembly where there is no binary. */
function hasOtherBinary(files: ReadonlyMap<string, string>, name: string): boolean {
  return [...files.keys()].some(
    (path) => path.startsWith(`node_modules/${name}/`) && path.endsWith('.wasm'),
  )
}

/** The packages and what they depend on, the nearest first, each where Node looks for it. */
function placePackages(
  kept: readonly KeptPackage[],
  system: System,
  warnings: string[],
): readonly Placed[] {
  const placed = new Map<string, Placed>()
  const queue: Placed[] = []
  const put = (item: Placed): void => {
    placed.set(item.place, item)
    queue.push(item)
  }
  for (const { name, root } of kept.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const place = `node_modules/${name}`
    const there = placed.get(place)
    if (there === undefined) put({ name, root, place, top: name })
    else if (there.root !== root) {
      warnings.push(`${name} is installed twice and copied once: ${there.root}, not ${root}`)
    }
  }
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    const manifest = manifestIn(parent.root) ?? {}
    for (const name of dependenciesOf(manifest)) {
      const root = findPackage(name, parent.root)
      if (root === undefined) {
        const why = whyNeeded(name, manifest, system)
        if (why !== undefined) warnings.push(`${parent.name} ${why}`)
        continue
      }
      if (!isFor(manifestIn(root) ?? {}, system) || isSeen(placed, parent.place, name, root))
        continue
      const top = placed.has(`node_modules/${name}`) ? `${parent.place}/` : ''
      put({ name, root, place: `${top}node_modules/${name}`, top: parent.top })
    }
  }
  return [...placed.values()]
}

function dependenciesOf(manifest: Manifest): readonly string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  return names.filter((name) => !name.startsWith('@types/') && !BUILD_TOOLS.has(name)).toSorted()
}

/** They run when a package is installed. */
const BUILD_TOOLS = new Set(['node-gyp', 'prebuild-install', 'node-addon-api', 'nan', 'cmake-js'])

function whyNeeded(name: string, manifest: Manifest, system: System): string | undefined {
  if (
    manifest.dependencies?.[name] !== undefined &&
    manifest.optionalDependencies?.[name] === undefined
  ) {
    return `depends on ${name}, which is not installed`
  }
  if (!isPlatformPackage(name) || !name.includes(nameOf(system))) return undefined
  if (/musl/.test(name) !== (system.libc === 'musl')) return undefined
  return `has its binary in ${name}, which is not installed`
}

function isFor({ os, cpu, libc }: Manifest, system: System): boolean {
  const fits = (list: readonly string[] | undefined, value: string | undefined): boolean =>
    list === undefined ||
    value === undefined ||
    ((list.includes(value) || list.every((item) => item.startsWith('!'))) &&
      !list.includes(`!${value}`))
  return fits(os, system.platform) && fits(cpu, system.arch) && fits(libc, system.libc)
}

/** Whether Node, looking upwards from a place, finds this very package already. */
function isSeen(
  placed: ReadonlyMap<string, Placed>,
  from: string,
  name: string,
  root: string,
): boolean {
  for (
    let place = from;
    ;
    place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))
  ) {
    const found = placed.get(
      place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`,
    )
    if (found !== undefined) return found.root === root
    if (place === '') return false
  }
}

const UNUSED_FILE =
  /(?:\.(?:c|cc|cpp|cxx|h|hh|hpp|gyp|gypi|o|a|d|obj|lib|pdb|mk|map|md|markdown|[mc]?ts|tsx|flow|tgz)|Makefile|\.npmignore|\.eslintrc.*|\.prettierrc.*|\.editorconfig|\.package-lock\.json)$/i
const UNUSED_FOLDER = new Set(['node_modules', 'obj.target', '.deps', '.git', '.github', '.bin'])

function* filesOf(root: string, folder: string = root): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(folder, entry.name)
    // What a link leads to.
    const stats = entry.isSymbolicLink() ? statSync(file, { throwIfNoEntry: false }) : entry
    if (stats === undefined) continue
    if (stats.isDirectory()) {
      if (!UNUSED_FOLDER.has(entry.name)) yield* filesOf(root, file)
    } else if (stats.isFile() && !UNUSED_FILE.test(entry.name)) yield relative(root, file)
  }
}

/** `prebuilds/darwin-arm64/…` and the like hold nothing that another system needs. */
function isPlatformFolder(path: string, system: System): boolean {
  const [, name = ''] = /(?:^|[\\/])prebuilds[\\/]([^\\/]+)[\\/]/.exec(path) ?? []
  const [platform = '', ...architectures] = name.split(/[-+]/)
  if (!/^(?:linux|darwin|win32|android|freebsd)/.test(platform)) return false
  return platform !== system.platform || !architectures.includes(system.arch)
}
