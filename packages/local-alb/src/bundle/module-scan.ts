import { SourceMap, type SourceMapPayload } from 'node:module'
import { extname } from 'node:path'
import type { Loader } from 'esbuild'
import { findPaths, type FoundPath, MARKERS } from './path-expressions.js'

/** A place in a source file, as esbuild's messages have it. */
export interface SourcePlace {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly lineText: string
}

/** What a module says of files and packages beside its imports. */
export interface ModuleScan {
  readonly paths: readonly (FoundPath & { readonly place: SourcePlace })[]
  /** `app.set('view engine', …)`: Express loads that package by its name. */
  readonly viewEngines: readonly { readonly name: string; readonly place: SourcePlace }[]
  /** `express.static('public')`: relative to the working folder. */
  readonly staticFolders: readonly { readonly path: string; readonly place: SourcePlace }[]
  /** Extensions that `app.engine` gives an engine to. */
  readonly engines: readonly string[]
  readonly setsViews: boolean
}

const LOADERS: Readonly<Record<string, Loader>> = {
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
}

export function loaderOf(file: string): Loader {
  return LOADERS[extname(file)] ?? 'js'
}

/** What becomes of a module's own place, for esbuild's `define`. It leaves variables of the same name alone. */
export const MARKER_DEFINES: Readonly<Record<string, string>> = {
  'import.meta.url': MARKERS.url,
  'import.meta.filename': MARKERS.file,
  'import.meta.dirname': MARKERS.folder,
  __filename: MARKERS.file,
  __dirname: MARKERS.folder,
}

/**
 * Reads one module. esbuild prints it first without comments, with constants folded and markers in the place of
 * `import.meta.url` and `__dirname`, so that texts and comments that only look like code are not taken for it.
 *
 * @param cwd the working folder of the function, for modules whose `process.cwd()` counts
 * @returns `undefined` when it cannot be parsed; the bundle will say why
 */
export async function scanModule(
  source: string,
  file: string,
  cwd: string | undefined,
): Promise<ModuleScan | undefined> {
  const { transform } = await import('esbuild')
  const options = {
    loader: loaderOf(file),
    define: { ...MARKER_DEFINES },
    minifySyntax: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent',
    tsconfigRaw: '{}',
  } as const
  const printed = await transform(source, options).catch(() => undefined)
  if (printed === undefined) return undefined
  const { code, map } = printed
  const locate = locator(source, file, code, map)
  const match = (pattern: RegExp): { name: string; path: string; place: SourcePlace }[] =>
    [...code.matchAll(pattern)].map(({ index, 1: text = '' }) => ({
      name: text,
      path: text,
      place: locate(index),
    }))
  return {
    paths: findPaths(code, file, cwd).map((path) => ({ ...path, place: locate(path.at) })),
    viewEngines: match(/\.set\(\s*"view engine",\s*"([\w@/-]+)"/g),
    staticFolders: match(/\bstatic\(\s*"([^"\\]+)"/g),
    engines: match(/\.engine\(\s*"\.?([\w-]+)"/g).map(({ name }) => name),
    setsViews: /\.set\(\s*"views",/.test(code),
  }
}

function locator(
  source: string,
  file: string,
  code: string,
  map: string,
): (offset: number) => SourcePlace {
  // esbuild's own map.
  const positions = new SourceMap(JSON.parse(map) as SourceMapPayload)
  const lines = source.split('\n')
  return (offset) => {
    const until = code.slice(0, offset).split('\n')
    const entry = positions.findEntry(until.length - 1, until.at(-1)?.length ?? 0)
    const line = 'originalLine' in entry ? entry.originalLine : 0
    const column = 'originalColumn' in entry ? entry.originalColumn : 0
    return { file, line: line + 1, column, lineText: lines[line] ?? '' }
  }
}
