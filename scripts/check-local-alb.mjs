// npm run check:package, second half: packs local-alb as it would be published, installs it and uses it.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { captureNode, captureNpm } from './capture.mjs'
import { runChecks } from './checks.mjs'
import { root } from './run.mjs'

const localAlb = join(root, 'packages/local-alb')
const adapter = join(root, 'packages/adapter')
const consumers = join(root, 'test/package/local-alb')

/** What the package cannot do without, beside what TypeScript writes. */
const ASSETS = [
  'README.md',
  'LICENSE',
  'bin/local-alb.js',
  'dist/cli.js',
  'dist/register.js',
  'dist/cjs/index.js',
  'dist/inspector/page/index.html',
  'dist/parity/report/page/report.css',
  'dist/parity/report/page/report.js',
]

/**
 * @param {string} folder
 * @param {string} packed the folder of a package
 */
async function pack(folder, packed) {
  const before = readdirSync(folder)
  await captureNpm('npm', ['pack', '--pack-destination', folder], packed)
  const tarball = readdirSync(folder).find(
    (file) => file.endsWith('.tgz') && !before.includes(file),
  )
  if (tarball === undefined) throw new Error(`npm pack made no tarball of ${packed}`)
  return tarball
}

/** @param {string} folder */
function checkFiles(folder) {
  const installed = join(folder, 'node_modules/local-alb')
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).map((file) =>
    file.replaceAll('\\', '/'),
  )
  const missing = ASSETS.filter((file) => !files.includes(file))
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`)
  const foreign = files.filter((file) => /(^|\/)(test|node_modules|\.sources)(\/|$)/.test(file))
  if (foreign.length > 0) throw new Error(`should not be there: ${foreign.join(', ')}`)
  return `${files.length} files and folders`
}

/**
 * @param {string} folder
 * @param {readonly string[]} args
 * @param {string} expected
 */
async function expectOutput(folder, args, expected) {
  const output = await captureNode(args, folder)
  if (output.trim() !== expected) throw new Error(`it printed: ${output}`)
}

/** @returns {Promise<import('./checks.mjs').Counts>} */
export async function checkLocalAlb() {
  const folder = mkdtempSync(join(tmpdir(), 'local-alb-package-'))
  const command = 'node_modules/local-alb/bin/local-alb.js'
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(join(localAlb, 'package.json'), 'utf8'))
  let tarball = ''
  try {
    return await runChecks([
      {
        name: 'local-alb can be packed and installed',
        run: async () => {
          tarball = await pack(folder, localAlb)
          const own = await pack(folder, adapter)
          writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
          const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, own]
          await captureNpm('npm', install, folder)
          cpSync(consumers, folder, { recursive: true })
          return tarball
        },
      },
      { name: 'it holds what it needs and no test', run: () => checkFiles(folder) },
      {
        name: 'publint finds nothing',
        run: async () => {
          const publint = join(root, 'node_modules/publint/src/cli.js')
          await captureNode([publint, 'run', join(folder, tarball), '--strict'])
        },
      },
      {
        name: 'its types are not wrong',
        run: async () => {
          const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
          // The preload is an ES module; CommonJS has no use for it.
          const entries = ['--entrypoints', '.']
          await captureNode([attw, join(folder, tarball), '--profile', 'node16', ...entries])
        },
      },
      {
        name: 'the command runs',
        run: () => expectOutput(folder, [command, '--version'], version),
      },
      {
        name: 'used through require()',
        run: () => expectOutput(folder, ['commonjs.cjs'], 'answered'),
      },
      {
        name: 'used as an ES module, with a function of its own',
        run: () => expectOutput(folder, ['module.mjs'], 'answered'),
      },
      {
        name: "a test suite of somebody else's runs through it",
        run: async () => {
          const suite = [process.execPath, '--test', 'server.test.mjs']
          process.env['EXPECTED'] = 'through'
          await captureNode([command, 'exec', '--', ...suite], folder)
          process.env['EXPECTED'] = 'direct'
          await captureNode(suite.slice(1), folder)
          delete process.env['EXPECTED']
        },
      },
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
