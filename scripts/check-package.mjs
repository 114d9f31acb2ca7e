// npm run check:package: packs the adapter as it would be published and looks at it from outside; then local-alb
// and express-alb-deploy.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { captureNode, captureNpm } from './capture.mjs'
import { checkDeploy } from './check-deploy.mjs'
import { checkLocalAlb } from './check-local-alb.mjs'
import { runChecks, toSummary } from './checks.mjs'
import { ensureInstalled } from './install.mjs'
import { consumerChecks } from './package-consumers.mjs'
import { root } from './run.mjs'

/** The adapter, bundled and minified, may weigh this much after gzip. */
const BUNDLE_LIMIT_BYTES = 7 * 1024

const adapter = join(root, 'packages/adapter')

/**
 * Packs the adapter and installs the tarball into `folder` as a user's npm would, without a network.
 *
 * @param {string} folder an empty one
 * @returns {Promise<string>} the tarball's name
 */
async function packAndInstall(folder) {
  await captureNpm('npm', ['pack', '--pack-destination', folder], adapter)
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const install = ['install', '--offline', '--ignore-scripts', '--prefix', folder, tarball]
  await captureNpm('npm', install, folder)
  return tarball
}

/**
 * @param {string} folder
 * @returns {string[]} every file below, with forward slashes
 */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

/** @returns {string[]} what the package has to hold: each source with its declarations, each entry in both formats */
function expectedFiles() {
  const files = ['LICENSE', 'README.md', 'dist/cjs/package.json', 'package.json']
  for (const source of filesBelow(join(adapter, 'src'))) {
    files.push(`src/${source}`)
    for (const form of ['esm', 'cjs']) {
      const isEntry = source === 'index.ts' || source === 'testing.ts'
      const endings = ['.d.ts', '.d.ts.map', ...(isEntry ? ['.js', '.js.map'] : [])]
      for (const ending of endings) {
        files.push(`dist/${form}/${source.replace(/\.ts$/, ending)}`)
      }
    }
  }
  return files
}

/** @param {string} folder the installed package */
function checkFiles(folder) {
  const files = filesBelow(folder)
  const expected = expectedFiles()
  const missing = expected.filter((file) => !files.includes(file))
  const foreign = files.filter((file) => !expected.includes(file))
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`)
  if (foreign.length > 0) throw new Error(`should not be there: ${foreign.join(', ')}`)

  for (const map of files.filter((file) => file.endsWith('.map'))) {
    /** @type {{ sources: string[] }} */
    const { sources } = JSON.parse(readFileSync(join(folder, map), 'utf8'))
    for (const source of sources) {
      if (!existsSync(join(folder, dirname(map), source))) {
        throw new Error(`${map} points to ${source}, which is not in the package`)
      }
    }
  }
  return `${files.length} files`
}

/** @param {string} folder the one the package is installed into */
function checkDependencies(folder) {
  const installed = readdirSync(join(folder, 'node_modules')).filter(
    (name) => !name.startsWith('.'),
  )
  if (installed.join() !== 'express-alb') throw new Error(`npm installed ${installed.join(', ')}`)
  const manifest = readFileSync(join(folder, 'node_modules/express-alb/package.json'), 'utf8')
  const field = /"\w*[dD]ependencies"/.exec(manifest)
  if (field !== null) throw new Error(`package.json has ${field[0]}`)
}

/** @param {string} folder the installed package */
async function checkBundleSize(folder) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'dist/esm/index.js')],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
  })
  const bundle = Buffer.concat(outputFiles.map(({ contents }) => contents))
  const size = gzipSync(bundle, { level: 9 }).length
  const detail = `${size} of ${BUNDLE_LIMIT_BYTES} bytes gzip (${bundle.length} minified)`
  if (size > BUNDLE_LIMIT_BYTES) throw new Error(detail)
  return detail
}

/**
 * @param {string} file of an installed package, below node_modules
 * @param {readonly string[]} args
 */
async function runTool(file, ...args) {
  await captureNode([join(root, 'node_modules', file), ...args])
}

/**
 * @param {string} folder the one the package is installed into
 * @param {string} tarball
 * @returns {import('./checks.mjs').Check[]}
 */
function contentChecks(folder, tarball) {
  const installed = join(folder, 'node_modules/express-alb')
  const packed = join(folder, tarball)
  return [
    { name: 'it holds every file it should and no other', run: () => checkFiles(installed) },
    { name: 'it has no dependency', run: () => checkDependencies(folder) },
    { name: 'it is small, bundled and minified', run: () => checkBundleSize(installed) },
    {
      name: 'publint finds nothing',
      run: () => runTool('publint/src/cli.js', 'run', packed, '--strict'),
    },
    {
      name: 'its types are not wrong',
      run: () => runTool('@arethetypeswrong/cli/dist/index.js', packed, '--profile', 'node16'),
    },
  ]
}

/**
 * @param {readonly string[]} [nodeVersions] to use the package on, beside our own
 * @returns {Promise<import('./checks.mjs').Counts>}
 */
export async function checkPackage(nodeVersions = []) {
  const folder = mkdtempSync(join(tmpdir(), 'express-alb-package-'))
  let tarball = ''
  const pack = async () => {
    tarball = await packAndInstall(folder)
    return tarball
  }
  try {
    const packed = await runChecks([{ name: 'it can be packed and installed offline', run: pack }])
    if (packed.failed > 0) return packed
    const rest = await runChecks([
      ...contentChecks(folder, tarball),
      ...consumerChecks(folder, nodeVersions),
    ])
    return { passed: packed.passed + rest.passed, failed: rest.failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled('all')
  const counts = [
    await checkPackage(process.argv.slice(2)),
    await checkLocalAlb(),
    await checkDeploy(),
  ]
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  console.log(toSummary({ passed, failed }))
  process.exitCode = failed === 0 ? 0 : 1
}
