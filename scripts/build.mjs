// Compiles the adapter and local-alb (ESM and CommonJS) and the examples, each only when its sources changed.
//
// Examples are compiled too instead of being run from TypeScript: Node 20 cannot run TypeScript, and tsc is needed for
// the adapter anyhow, so this costs no further dependency.
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './install.mjs'
import { root, runNode } from './run.mjs'

const adapter = join(root, 'packages/adapter')
const localAlb = join(root, 'packages/local-alb')
const deploy = join(root, 'packages/deploy')
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
  add(fileURLToPath(import.meta.url))
  /** @param {string} current */
  const walk = (current) => {
    const entries = readdirSync(current, { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(current, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('dist')) walk(path)
      } else if (/\.(ts|json|[mc]?js|css|html|svg)$/.test(entry.name)) add(path)
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
  const old = `${out}.old`
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  try {
    const codes = await Promise.all(
      compilations(out).map((args) => runNode(tsc, args, { cwd: folder, stdout: 'stderr' })),
    )
    if (codes.some((code) => code !== 0)) {
      // process.exit() runs no `finally`.
      rmSync(out, { recursive: true, force: true })
      process.exit(1)
    }
    await finish?.(out)
    writeFileSync(join(out, '.sources'), sources)
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(out, dist)
  } finally {
    for (const left of [out, old]) rmSync(left, { recursive: true, force: true })
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
          plugins: [inOrder],
          // That the package's files have no side effects, which would leave out what is imported for its place only.
          ignoreAnnotations: true,
        })
      }
      writeFileSync(join(out, 'cjs/package.json'), '{ "type": "commonjs" }\n')
    },
  )
}

/**
 * Which of the adapter's files come first in its bundle; every other comes where it is needed first. It makes no
 * difference to what the bundle does, but gzip finds more where alike code is near: 50 bytes, found by trial.
 */
const FIRST = [
  'parts',
  'http/head',
  'alb/size',
  'invocation',
  'alb/values',
  'alb/target',
  'alb/body',
  'alb/headers',
  'options',
  'app',
  'alb/event',
  'errors',
  'app-response',
  'compression',
  'alb/fields',
  'http/messages',
  'handler',
  'alb/health-check',
]

/** @type {import('esbuild').Plugin} */
const inOrder = {
  name: 'in-order',
  setup(build) {
    build.onLoad({ filter: /src.index\.ts$/ }, ({ path }) => {
      // On the first line, so that the source map's lines stay right.
      const imports = FIRST.map((file) => `import './${file}.js';`).join('')
      return { contents: imports + readFileSync(path, 'utf8'), loader: 'ts' }
    })
  },
}

/**
 * ES modules file by file, as they are in `src`: a page, a preload and a runtime client are files of their own anyway.
 * For `require()` one bundle beside them, of the library only; the command and the preload are always ES modules.
 */
export async function buildLocalAlb() {
  await buildWhenChanged(
    localAlb,
    (out) => [
      ['-p', 'tsconfig.json', '--outDir', out],
      ['-p', 'tsconfig.json', '--emitDeclarationOnly', '--outDir', join(out, 'cjs')],
    ],
    async (out) => {
      const src = join(localAlb, 'src')
      cpSync(src, out, {
        recursive: true,
        filter: (file) => statSync(file).isDirectory() || !file.endsWith('.ts'),
      })
      const { build } = await import('esbuild')
      await build({
        entryPoints: ['src/index.ts'],
        absWorkingDir: localAlb,
        outdir: join(out, 'cjs'),
        format: 'cjs',
        bundle: true,
        packages: 'external',
        platform: 'node',
        target: 'node20.16',
        sourcemap: 'linked',
        sourcesContent: false,
        logLevel: 'warning',
        // Code only: a string that says `import.meta.url` stays as it is.
        define: { 'import.meta.url': OWN_URL },
        plugins: [ownUrl(src)],
      })
      writeFileSync(join(out, 'cjs/package.json'), '{ "type": "commonjs" }\n')
    },
  )
}

/** What `import.meta.url` becomes in the CommonJS bundle. */
const OWN_URL = 'ownImportMetaUrl'

/**
 * Gives each file of a CommonJS bundle the `import.meta.url` of its ES module in the folder above: what stands beside
 * that, such as a page, is there only once.
 *
 * @param {string} src
 * @returns {import('esbuild').Plugin}
 */
function ownUrl(src) {
  return {
    name: 'own-url',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const name = `${basename(path, '.ts')}.js`
        const file = join('..', relative(src, dirname(path)), name).replaceAll('\\', '/')
        const url = `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${JSON.stringify(file)})).href`
        const source = readFileSync(path, 'utf8')
        // On the first line, so that the source map's lines stay right.
        const line = source.includes('import.meta.url') ? `const ${OWN_URL} = ${url};` : ''
        return { contents: line + source, loader: 'ts' }
      })
    },
  }
}

/** The command as ES modules, and the CDK construct as both: most CDK apps are CommonJS. */
export async function buildDeploy() {
  await buildWhenChanged(
    deploy,
    (out) => [
      ['-p', 'tsconfig.json', '--outDir', join(out, 'cut-over')],
      ['-p', 'cdk/tsconfig.json', '--outDir', join(out, 'cdk/esm')],
      ['-p', 'cdk/tsconfig.cjs.json', '--outDir', join(out, 'cdk/cjs')],
    ],
    (out) => writeFileSync(join(out, 'cdk/cjs/package.json'), '{ "type": "commonjs" }\n'),
  )
}

/** @param {string} name */
export async function buildExample(name) {
  await buildWhenChanged(join(examples, name), (out) => [['-p', 'tsconfig.json', '--outDir', out]])
}

export async function buildAll() {
  await Promise.all([buildAdapter(), buildLocalAlb(), buildDeploy()])
  for (const name of readdirSync(examples).toSorted()) {
    if (existsSync(join(examples, name, 'tsconfig.json'))) await buildExample(name)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled('all')
  await buildAll()
}
