// node scripts/audit.mjs: looks up every locked package in npm's list of known vulnerabilities.
//
//     npm run audit [-- --advisories <folder>]      in a clone of GitLab's list instead (advisories.mjs); the folder is
//                                                   looked for from the one you are in
//
// pnpm 10 asks for that at addresses that npm retired in 2026 (pnpm/pnpm#11265). So npm's own `audit` does it: it is given
// a lockfile that names the same packages and versions.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { findAdvisories, UNRATED } from './advisories.mjs'
import { ensureInstalled } from './install.mjs'
import { root } from './run.mjs'

/** Whose dependencies are installed by those who use a package of ours. */
const PUBLISHED = ['packages/adapter', 'packages/local-alb', 'packages/deploy']

/**
 * @typedef {Record<string, string>} Versions by name; a version is the key of a snapshot less the name
 * @typedef {{ dependencies?: Versions, optionalDependencies?: Versions }} Snapshot
 * @typedef {{
 *   importers: Record<string, { dependencies?: Record<string, { version: string }> }>,
 *   packages: Record<string, unknown>,
 *   snapshots: Record<string, Snapshot>,
 * }} Lock of pnpm, version 9
 *
 * @typedef {{ name: string, version: string }} Package
 * @typedef {{ severity: string, via: readonly (string | { title: string })[] }} Vulnerability as npm tells it
 * @typedef {(packages: readonly Package[]) => Promise<Record<string, Vulnerability>>} Lookup by name
 */

/**
 * @param {string} key `name@version`, in snapshots with the peers in parentheses
 * @returns {Package}
 */
function toPackage(key) {
  const [plain = ''] = key.split('(', 1)
  const at = plain.lastIndexOf('@')
  return { name: plain.slice(0, at), version: plain.slice(at + 1) }
}

/**
 * @param {Lock} lock
 * @returns {string[]} the keys of all that comes with the published packages
 */
function publishedKeys({ importers, snapshots }) {
  /** @type {Set<string>} */
  const keys = new Set()
  /** @param {Versions} versions */
  const visit = (versions) => {
    for (const [name, version] of Object.entries(versions)) {
      // An alias has the whole key for a version; a package of the workspace is none of npm's.
      const key = [version, `${name}@${version}`].find((one) => one in snapshots)
      if (key === undefined || keys.has(key)) continue
      keys.add(key)
      const { dependencies = {}, optionalDependencies = {} } = snapshots[key] ?? {}
      visit({ ...dependencies, ...optionalDependencies })
    }
  }
  for (const folder of PUBLISHED) {
    const { dependencies = {} } = importers[folder] ?? {}
    visit(Object.fromEntries(Object.entries(dependencies).map(([name, it]) => [name, it.version])))
  }
  return [...keys]
}

/**
 * @param {readonly Package[]} packages
 * @returns {object} a lockfile of npm that names them, each under an alias so that several versions find room
 */
function toNpmLock(packages) {
  const entries = packages.map((it, index) => [`node_modules/p${index}`, it])
  const dependencies = Object.fromEntries(
    packages.map(({ name, version }, index) => [`p${index}`, `npm:${name}@${version}`]),
  )
  return {
    name: 'audit',
    lockfileVersion: 3,
    packages: { '': { name: 'audit', dependencies }, ...Object.fromEntries(entries) },
  }
}

/** @type {Lookup} */
async function askNpm(packages) {
  const folder = mkdtempSync(join(tmpdir(), 'express-alb-audit-'))
  try {
    const lock = toNpmLock(packages)
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
    writeFileSync(join(folder, 'package.json'), '{ "name": "audit", "private": true }')
    const args = ['audit', '--package-lock-only', '--json']
    const options = { cwd: folder, maxBuffer: 2 ** 28, shell: process.platform === 'win32' }
    // It ends with 1 when it finds something, and also when it cannot look.
    const output = await new Promise(
      /** @param {(output: string) => void} done */ (done) => {
        execFile('npm', args, options, (_error, stdout, stderr) => done(stdout || stderr))
      },
    )
    /** @type {{ message?: string, vulnerabilities?: Record<string, Vulnerability> }} */
    const { message, vulnerabilities } = JSON.parse(output)
    if (vulnerabilities === undefined) throw new Error(message ?? output)
    return vulnerabilities
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} what
 * @param {readonly string[]} keys
 * @param {readonly string[]} bad severities that fail
 * @param {Lookup} lookUp
 */
async function audit(what, keys, bad, lookUp) {
  const found = Object.entries(await lookUp(keys.map(toPackage)))
  const serious = found.filter(([, { severity }]) => bad.includes(severity))
  console.log(`${what}: ${keys.length} packages, ${found.length} with known vulnerabilities`)
  for (const [name, { severity, via }] of found) {
    const why = via.map((one) => (typeof one === 'string' ? `through ${one}` : one.title))
    console.log(`  ${severity} ${name}: ${why.join('; ')}`)
  }
  return serious.length
}

/**
 * Exit code 0: nothing found, 1: something to be dealt with, 2: the list could not be asked.
 *
 * @param {string} [advisories] a clone of GitLab's list
 */
async function main(advisories) {
  /** @type {Lock} */
  const lock = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'))
  const serious = ['high', 'critical', UNRATED]
  /** @type {Lookup} */
  const lookUp =
    advisories === undefined
      ? askNpm
      : async (packages) =>
          findAdvisories(resolve(process.env['INIT_CWD'] ?? '.', advisories), packages)
  try {
    const count =
      (await audit(
        'What users install',
        publishedKeys(lock),
        ['low', 'moderate', ...serious],
        lookUp,
      )) +
      // What only tests and builds use meets no input of strangers.
      (await audit('Everything', Object.keys(lock.packages), serious, lookUp))
    process.exitCode = count === 0 ? 0 : 1
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const whom = advisories === undefined ? 'npm' : `--advisories ${advisories}`
    console.error(`${whom} could not be asked for vulnerabilities: ${reason}`)
    process.exitCode = 2
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  /** @type {{ advisories?: string }} */
  let values
  try {
    ;({ values } = parseArgs({ options: { advisories: { type: 'string' } } }))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
  await ensureInstalled('all')
  await main(values.advisories)
}
