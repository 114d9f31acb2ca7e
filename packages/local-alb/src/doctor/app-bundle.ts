import { mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Loader, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { manifestIn } from '../bundle/manifest.js'
import { loaderOf } from '../bundle/module-scan.js'

const REQUIRED = 'local-alb-required'
const SKIP = Symbol('resolved by esbuild itself')

/** What becomes of a module's own place, in code only. */
const OWN_PLACE: Readonly<Record<string, string>> = {
  'import.meta.url': 'localAlbOwnUrl',
  'import.meta.filename': 'localAlbOwnFile',
  'import.meta.dirname': 'localAlbOwnFolder',
  __filename: 'localAlbOwnFile',
  __dirname: 'localAlbOwnFolder',
}

/**
 * Puts an app's own sources into one module that Node can run, and leaves its packages where they are: what is seen while
 * it runs can then be told by file and package. Each source sees itself where it stands, so that it finds its files.
 *
 * @returns the bundle, in a folder of its own that the caller removes
 * @throws {Error} of esbuild, with `errors`
 */
export async function bundleApp(entry: string): Promise<{ file: string; folder: string }> {
  const { build } = await import('esbuild')
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'local-alb-')))
  const file = join(folder, 'app.mjs')
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node.split('.')[0] ?? '20'}`,
    keepNames: false,
    sourcemap: 'linked',
    absWorkingDir: process.cwd(),
    define: { ...OWN_PLACE },
    plugins: [ownSources()],
    banner: {
      js: [
        "import { createRequire as localAlbCreateRequire } from 'node:module'",
        `const require = localAlbCreateRequire(${JSON.stringify(pathToFileURL(entry).href)})`,
      ].join('\n'),
    },
    logLevel: 'silent',
  })
  return { file, folder }
}

function ownSources(): Plugin {
  return {
    name: 'own-sources',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => resolvePackage(build, args))
      build.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({
        // With `require`, so that esbuild gives its exports the names that they have in a bundle.
        contents: `module.exports = require(${JSON.stringify(path)})`,
        loader: 'js',
      }))
      build.onLoad({ filter: /\.[mc]?[jt]sx?$/, namespace: 'file' }, ({ path }) => {
        const source = readFileSync(path, 'utf8').replace(/^#!/, '//#!')
        // On the first line, so that lines stay as they are in the source map.
        return {
          contents: ownPlace(path, source) + source,
          loader: loaderOf(path) satisfies Loader,
        }
      })
    },
  }
}

function ownPlace(path: string, source: string): string {
  if (!/import\s*\.\s*meta|__dirname|__filename/.test(source)) return ''
  return (
    `const localAlbOwnUrl=${JSON.stringify(pathToFileURL(path).href)},` +
    `localAlbOwnFile=${JSON.stringify(path)},localAlbOwnFolder=${JSON.stringify(dirname(path))};`
  )
}

async function resolvePackage(
  build: PluginBuild,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  const { path, kind, resolveDir, importer, namespace } = args
  if (namespace === REQUIRED) return { path, external: true }
  if (args.pluginData === SKIP || kind === 'entry-point' || isBuiltin(path)) return undefined
  const found = await build.resolve(path, {
    kind,
    resolveDir,
    importer,
    namespace,
    pluginData: SKIP,
  })
  // What is not there is told by Node, when it is asked for: it may be optional.
  if (found.errors.length > 0) return { path, external: true }
  if (found.external || found.namespace !== 'file') return undefined
  if (found.path.endsWith('.node')) return { path: found.path, namespace: REQUIRED }
  if (!isInstalled(found.path)) return undefined
  if (isModule(found.path)) return { path: pathToFileURL(found.path).href, external: true }
  return { path: found.path, namespace: REQUIRED }
}

/** Packages of a workspace are linked; where they really are, they are the user's own sources. */
function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}

/** Whether Node takes a file as an ES module. */
export function isModule(file: string): boolean {
  const extension = extname(file)
  if (extension === '.mjs' || extension === '.mts') return true
  if (extension !== '.js') return false
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = manifestIn(folder)
    if (manifest !== undefined) return manifest.type === 'module'
  }
  return false
}
