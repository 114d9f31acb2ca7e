// The service with an adapter, bundled and minified into one file as it would be deployed.
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { OWN, parseName } from '../adapters/index.mjs'

/** @typedef {'cjs' | 'esm'} Format */

const here = fileURLToPath(new URL('.', import.meta.url))

/** CommonJS packages in an ES module call `require('node:…')`, which that does not have. */
const REQUIRE =
  "import { createRequire } from 'node:module';const require = createRequire(import.meta.url)"

/**
 * @param {string} adapter
 * @param {Format} format
 * @param {string} folder where the file goes
 * @returns {Promise<{ file: string, bytes: number }>}
 */
export async function bundle(adapter, format, folder) {
  const { base, entry } = parseName(adapter)
  const file = join(folder, `index.${format === 'esm' ? 'mjs' : 'cjs'}`)
  await build({
    stdin: { contents: sourceOf(base), resolveDir: here, sourcefile: 'lambda.mjs' },
    outfile: file,
    bundle: true,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: `node${process.versions.node}`,
    mainFields: ['module', 'main'],
    format,
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Another build than the workspace's.
    ...(entry !== undefined && { alias: { [OWN]: resolve(entry) } }),
    ...(format === 'esm' && { banner: { js: REQUIRE } }),
  })
  return { file, bytes: statSync(file).size }
}

/** @param {string} adapter */
function sourceOf(adapter) {
  // Written out for ours: the benchmark's own module imports what it is told when it runs, which no bundler sees.
  const make =
    adapter === OWN
      ? `import { createHandler as create } from '${OWN}'`
      : `import { create } from '../adapters/${adapter}.mjs'`
  return `${make}\nimport { app } from './app.mjs'\nexport const handler = create(app)\n`
}
