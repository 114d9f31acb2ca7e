// Installs what a script needs with the pinned pnpm, and only when something changed since the last time.
//
// pnpm always installs the root's packages along with the filtered ones. So the root keeps what `npm start` needs (the
// compiler and types) in `dependencies`, all the rest in `devDependencies`, and a first `npm start` installs with --prod.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, runNpx } from './run.mjs'

/**
 * `start`: the hello example, the adapter, local-alb and what builds them. `all`: the whole workspace.
 *
 * @typedef {'start' | 'all'} Scope
 * @typedef {{ scope: Scope, manifests: string | null }} Stamp
 */

const stampFile = join(root, 'node_modules/.installed.json')

/** @returns {readonly string[]} the folders of the workspace's packages, the root first */
function packageFolders() {
  /** @param {string} parent */
  const below = (parent) =>
    existsSync(join(root, parent))
      ? readdirSync(join(root, parent), { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => `${parent}/${entry.name}`)
          .toSorted()
      : []
  return ['.', ...below('packages'), ...below('packages/examples'), 'bench'].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  )
}

/** @returns {string} a hash of everything that decides what an install makes */
function hashManifests() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  const manifests = packageFolders().map((folder) => join(folder, 'package.json'))
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/** @returns {Stamp | undefined} */
function readStamp() {
  if (existsSync(stampFile)) return JSON.parse(readFileSync(stampFile, 'utf8'))
  // Installed by hand: treat it as whole, a partial install would take packages away.
  return existsSync(join(root, 'node_modules')) ? { scope: 'all', manifests: null } : undefined
}

/** @param {Stamp} stamp */
function writeStamp(stamp) {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, `${JSON.stringify(stamp)}\n`)
}

/** @param {Scope} scope */
export async function ensureInstalled(scope) {
  const found = readStamp()
  const manifests = hashManifests()
  // What was whole stays whole.
  const wanted = found?.scope === 'all' ? 'all' : scope
  if (found?.manifests === manifests && found.scope === wanted) return

  /** @type {{ packageManager: string }} */
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const pnpm = packageManager.replace(/\+.*/, '')
  const filter = wanted === 'start' ? ['--prod', '--filter', 'example-hello...'] : []
  console.error(
    `Installing ${wanted === 'start' ? 'what the example needs' : 'everything'} (${pnpm})`,
  )
  writeStamp({ scope: wanted, manifests: null })
  const code = await runNpx([pnpm, 'install', '--frozen-lockfile', ...filter], { stdout: 'stderr' })
  if (code !== 0) process.exit(code)
  writeStamp({ scope: wanted, manifests })
}
