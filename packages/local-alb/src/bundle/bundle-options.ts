import { join, resolve } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { BUNDLE_NAME, type BundleRequest } from './bundle-request.js'
import { MARKER_DEFINES } from './module-scan.js'
import { LOCATE, TO_FILE } from './own-place.js'
import type { Places } from './places.js'

/** esbuild names sources relative to where the bundle would go: a folder in the project, wherever it really goes. */
const OUT = '.local-alb'

/**
 * How a function is bundled: one ES module with all it needs in it, small, with the names of classes and functions kept,
 * since errors are told apart by them.
 *
 * The banner: CommonJS packages in the bundle call `require('node:…')`, which an ES module does not have; without it the
 * bundle fails as soon as it is loaded. The names are long so that no module's own names meet them; esbuild itself
 * renames every `require` that a module declares.
 */
export function bundleOptions(
  { entry, target, external }: BundleRequest,
  places: Places,
): BuildOptions & { readonly write: false; readonly metafile: true } {
  return {
    absWorkingDir: places.root,
    entryPoints: [entry],
    outfile: join(places.root, OUT, BUNDLE_NAME),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target,
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    external: [...external],
    define: { ...MARKER_DEFINES },
    logOverride: {
      'unsupported-require-call': 'warning',
      'unsupported-dynamic-import': 'warning',
      'indirect-require': 'warning',
      'require-resolve-not-external': 'warning',
    },
    banner: {
      js: [
        "import { createRequire as localAlbCreateRequire } from 'node:module'",
        `import { fileURLToPath as ${TO_FILE} } from 'node:url'`,
        'const require = localAlbCreateRequire(import.meta.url)',
        `const ${LOCATE} = (path) => new URL(path, import.meta.url).href`,
      ].join(';'),
    },
    logLevel: 'silent',
  }
}

/** Renames the sources in a map, which esbuild gives relative to the bundle. */
export function renameSources(
  map: string,
  places: Places,
  sourceNames: BundleRequest['sourceNames'],
): string {
  // esbuild's own.
  const parsed = JSON.parse(map) as { sources: string[] }
  const folder = join(places.root, OUT)
  parsed.sources = parsed.sources.map((source) => {
    // Of a plugin; there is no such file.
    if (/^[\w-]+:/.test(source)) return source
    const file = resolve(folder, source)
    return sourceNames === 'local' ? file : places.placeOf(file)
  })
  return JSON.stringify(parsed)
}
