import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { isBuiltin } from 'node:module'
import { findPackage, packageNameOf } from './manifest.js'

/**
 * Lets a bundle in a folder without packages find those that were left out of it with `external`, as it finds in AWS
 * what a layer brings: by links in the `node_modules` of that folder or of the one above.
 *
 * @param entry where the packages are looked for
 */
export function linkExternals(
  metafile: Metafile,
  isIncluded: (name: string) => boolean,
  entry: string,
  folder: string,
): void {
  const names = new Set(
    Object.values(metafile.outputs)
      .flatMap(({ imports }) => imports)
      .filter(
        ({ external, path }) => external === true && !path.startsWith('.') && !isBuiltin(path),
      )
      .map(({ path }) => packageNameOf(path)),
  )
  for (const name of names) {
    const root = isIncluded(name) ? undefined : findPackage(name, dirname(entry))
    if (root === undefined) continue
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    try {
      // On Windows a junction needs no rights.
      symlinkSync(root, link, 'junction')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
