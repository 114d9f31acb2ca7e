import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { type Manifest, manifestIn } from './manifest.js'

/** The package that a file belongs to. */
export interface Package {
  readonly root: string
  readonly manifest: Manifest
  /** It is the function's own, or an installed one. */
  readonly isOwn: boolean
}

/**
 * Where things are in the folder that is deployed: as in the project, with its packages in `node_modules` by name and
 * version. A module in the bundle sees itself where it would be there, so that paths relative to it stay as they were.
 */
export class Places {
  /** The folder of the function's own package. */
  readonly root: string

  constructor(entry: string) {
    this.root = projectRoot(entry)
  }

  packageOf(file: string): Package {
    if (
      isWithin(file, this.root) &&
      !relative(this.root, file).split(sep).includes('node_modules')
    ) {
      return { root: this.root, manifest: manifestIn(this.root) ?? {}, isOwn: true }
    }
    for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = manifestIn(folder)
      // Without a name it only says which kind of module the files below are.
      if (manifest?.name !== undefined) {
        // A package of the same workspace is the user's own as well.
        return { root: folder, manifest, isOwn: !file.split(sep).includes('node_modules') }
      }
    }
    return { root: dirname(file), manifest: {}, isOwn: true }
  }

  /** Path of a file in the deployed folder, with `/`. It does not depend on where the project is. */
  placeOf(file: string): string {
    const { root, manifest } = this.packageOf(file)
    if (root === this.root) return toPosix(relative(root, file))
    const { name, version } = manifest
    if (name === undefined) return toPosix(relative(this.root, file)).replaceAll('../', '_/')
    const folder = version === undefined ? name : `${name}@${version}`
    return `node_modules/${folder}/${toPosix(relative(root, file))}`
  }

  /** A file as messages name it: relative to where the user stands, or by its package. */
  show(file: string): string {
    if (!this.packageOf(file).isOwn) return this.placeOf(file)
    const path = relative(process.cwd(), file)
    return toPosix(path.startsWith(`..${sep}..${sep}..`) ? file : path)
  }
}

export function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

export function toPosix(path: string): string {
  return path.split(sep).join('/')
}

function projectRoot(entry: string): string {
  const folder = dirname(entry)
  let nearest: string | undefined
  for (let current = folder; current !== dirname(current); current = dirname(current)) {
    if (!existsSync(join(current, 'package.json'))) continue
    const { name, dependencies } = manifestIn(current) ?? {}
    if (name !== undefined || dependencies !== undefined) return current
    nearest ??= current
  }
  return nearest ?? (isWithin(folder, process.cwd()) ? process.cwd() : folder)
}
