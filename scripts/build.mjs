// Compiles the adapter (ESM and CommonJS) and the examples, each only when its sources changed.
//
// Examples are compiled too instead of being run from TypeScript: Node 20 cannot run TypeScript, and tsc is needed for
// the adapter anyhow, so this costs no further dependency.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './install.mjs'
import { root, runNode } from './run.mjs'

const adapter = join(root, 'packages/adapter')
const examples = join(root, 'packages/examples')

/**
 * @param {string} folder
 * @returns {string} a hash of all that decides what the folder's build makes
 */
function hashSources(folder) {
  const hash = createHash('sha256')
  /** @param {string} file */
  const add = (file) => hash.update(`${relative(root, file)}\n`).update(readFileSync(file))
  add(join(root, 'tsconfig.base.json'))
  /** @param {string} current */
  const walk = (current) => {
    const entries = readdirSync(current, { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(current, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('dist')) walk(path)
      } else if (/\.(ts|json)$/.test(entry.name)) add(path)
    }
  }
  walk(folder)
  return hash.digest('hex')
}

/**
 * Builds into a folder beside `dist` and swaps the two, so that nobody ever sees half a build.
 *
 * @param {string} folder
 * @param {(out: string) => readonly (readonly string[])[]} compilations arguments for tsc
 * @param {(out: string) => void | Promise<void>} [finish]
 */
async function buildWhenChanged(folder, compilations, finish) {
  const dist = join(folder, 'dist')
  const sources = hashSources(folder)
  const stamp = join(dist, '.sources')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return
  console.error(`Building ${relative(root, folder)}`)

  const out = join(folder, `dist.${process.pid}`)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  try {
    const codes = await Promise.all(
      compilations(out).map((args) => runNode(tsc, args, { cwd: folder, stdout: 'stderr' })),
    )
    if (codes.some((code) => code !== 0)) process.exit(1)
    await finish?.(out)
    writeFileSync(join(out, '.sources'), sources)
    rmSync(dist, { recursive: true, force: true })
    renameSync(out, dist)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/**
 * One file for each entry and format: every file more that Node has to find and read takes a third of a millisecond at a
 * cold start. The compiler writes only the declarations.
 */
export async function buildAdapter() {
  await buildWhenChanged(
    adapter,
    (out) => [
      ['-p', 'tsconfig.json', '--emitDeclarationOnly', '--outDir', join(out, 'esm')],
      ['-p', 'tsconfig.cjs.json', '--emitDeclarationOnly', '--outDir', join(out, 'cjs')],
    ],
    async (out) => {
      const { build } = await import('esbuild')
      for (const format of /** @type {const} */ (['esm', 'cjs'])) {
        await build({
          entryPoints: ['src/index.ts', 'src/testing.ts'],
          absWorkingDir: adapter,
          outdir: join(out, format),
          format,
          bundle: true,
          platform: 'node',
          target: 'node20.16',
          sourcemap: 'linked',
          sourcesContent: false,
          logLevel: 'warning',
        })
      }
      writeFileSync(join(out, 'cjs/package.json'), '{ "type": "commonjs" }\n')
    },
  )
}

/** @param {string} name */
export async function buildExample(name) {
  await buildWhenChanged(join(examples, name), (out) => [['-p', 'tsconfig.json', '--outDir', out]])
}

export async function buildAll() {
  await buildAdapter()
  for (const name of readdirSync(examples).toSorted()) {
    if (existsSync(join(examples, name, 'tsconfig.json'))) await buildExample(name)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled('all')
  await buildAll()
}
