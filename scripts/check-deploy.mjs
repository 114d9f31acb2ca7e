// npm run check:package, third part: packs express-alb-deploy as it would be published, installs it and uses it.
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { captureNode, captureNpm } from './capture.mjs'
import { runChecks } from './checks.mjs'
import { root } from './run.mjs'

const deploy = join(root, 'packages/deploy')
const consumers = join(root, 'test/package/deploy')

/** What the package cannot do without, beside what TypeScript writes. */
const ASSETS = [
  'README.md',
  'LICENSE',
  'bin/express-alb-cdk.js',
  'bin/express-alb-cutover.js',
  'cloudformation/template.yaml',
  'dist/cdk/cjs/index.js',
  'dist/cdk/esm/index.js',
  'dist/cut-over/cli.js',
  'terraform/example/main.tf',
  ...['alarms', 'load-balancer', 'main', 'outputs', 'variables', 'versions'].map(
    (name) => `terraform/${name}.tf`,
  ),
]

/** Peers that this check lends from the workspace: 217 MB that need no second copy. */
const PEERS = ['aws-cdk-lib', 'constructs']

/** @param {string} folder an empty one */
async function packAndInstall(folder) {
  await captureNpm('npm', ['pack', '--pack-destination', folder], deploy)
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
  // The peers are optional: who uses only the templates or the command gets none.
  await captureNpm('npm', ['install', ...flags, tarball], folder)
  cpSync(consumers, folder, { recursive: true })
  return tarball
}

/** @param {string} folder */
function checkFiles(folder) {
  const installed = join(folder, 'node_modules/express-alb-deploy')
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).map((file) =>
    file.replaceAll('\\', '/'),
  )
  const missing = ASSETS.filter((file) => !files.includes(file))
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`)
  const foreign = files.filter((file) => /(^|\/)(test|node_modules|\.\w[^/]*)(\/|$)/.test(file))
  if (foreign.length > 0) throw new Error(`should not be there: ${foreign.join(', ')}`)
  const peers = PEERS.filter((peer) => readdirSync(join(folder, 'node_modules')).includes(peer))
  if (peers.length > 0) throw new Error(`npm installed optional peers: ${peers.join(', ')}`)
  return `${files.length} files and folders`
}

/** @param {string} folder */
async function checkCommand(folder) {
  const command = join(folder, 'node_modules/express-alb-deploy/bin/express-alb-cutover.js')
  const help = await captureNode([command, '--help'], folder)
  const missing = ['status', 'shift', 'rollback'].filter((name) => !help.includes(name))
  if (missing.length > 0) throw new Error(`--help does not name ${missing.join(', ')}:\n${help}`)
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(join(deploy, 'package.json'), 'utf8'))
  const told = await captureNode([command, '--version'], folder)
  if (told.trim() !== version) throw new Error(`--version says ${told}`)
}

/** @param {string} folder */
async function checkConstruct(folder) {
  for (const peer of PEERS) {
    symlinkSync(join(deploy, 'node_modules', peer), join(folder, 'node_modules', peer), 'junction')
  }
  const output = await captureNode(['module.mjs'], folder)
  if (output.trim() !== 'imported') throw new Error(`it printed: ${output}`)
}

/** @returns {Promise<import('./checks.mjs').Counts>} */
export async function checkDeploy() {
  const folder = mkdtempSync(join(tmpdir(), 'express-alb-deploy-package-'))
  let tarball = ''
  /** @param {string} file @param {readonly string[]} args */
  const tool = (file, ...args) => captureNode([join(root, 'node_modules', file), ...args])
  try {
    return await runChecks([
      {
        name: 'express-alb-deploy can be packed and installed',
        run: async () => (tarball = await packAndInstall(folder)),
      },
      { name: 'it holds command, construct and templates', run: () => checkFiles(folder) },
      {
        name: 'publint finds nothing',
        run: async () => {
          await tool('publint/src/cli.js', 'run', join(folder, tarball), '--strict')
        },
      },
      {
        name: 'its types are not wrong',
        run: async () => {
          const attw = '@arethetypeswrong/cli/dist/index.js'
          await tool(attw, join(folder, tarball), '--profile', 'node16')
        },
      },
      { name: 'the cut-over command runs', run: () => checkCommand(folder) },
      {
        name: 'the construct is used through import and require()',
        run: () => checkConstruct(folder),
      },
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
