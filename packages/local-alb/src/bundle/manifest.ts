import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is read of a package.json. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly type?: string
  readonly gypfile?: boolean
  readonly binary?: unknown
  readonly napi?: unknown
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly 'local-alb'?: unknown
}

const manifests = new Map<string, Manifest | undefined>()

/** The package.json in a folder; `undefined` when there is none, or none that can be read. */
export function manifestIn(folder: string): Manifest | undefined {
  if (!manifests.has(folder)) manifests.set(folder, read(join(folder, 'package.json')))
  return manifests.get(folder)
}

/** Reads every package.json anew: they may have changed between two builds of a watch. */
export function forgetManifests(): void {
  manifests.clear()
}

function read(file: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** The package that a specifier names: `@scope/name/file.js` is of `@scope/name`. */
export function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** The folder of an installed package as Node looks for it from a folder, with links followed. */
export function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (folder === dirname(folder)) return undefined
  }
}
