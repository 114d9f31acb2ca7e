// The folder with a suite that the user brought: is it one, which version, and where are its tests.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SUITES } from './suites.mjs'

/** @typedef {import('./suites.mjs').Suite} Suite */
/** @typedef {{ suite: Suite, folder: string, version: string, commit: string | undefined }} Clone */

/**
 * A suite in its folder, ready to be run.
 *
 * @param {string} name @param {string} folder
 * @returns {Clone}
 */
export function openClone(name, folder) {
  const suite = suiteNamed(name)
  const manifest = readManifest(folder)
  // Node's repository, for one, is no package.
  if (manifest === undefined && suite.is.package !== undefined) {
    throw new Error(
      `--from ${folder}: there is no package.json; give the clone of ${suite.source} that ${name} is in`,
    )
  }
  if (!isSuite(suite, folder, manifest)) {
    const found = suiteIn(folder)
    const is = describe(manifest) + (found === undefined ? '' : `, suite ${found.name}`)
    throw new Error(`--from ${folder}: that is ${is}, not ${wanted(suite)} for --suite ${name}`)
  }
  const { version = '', dependencies, devDependencies } = manifest ?? {}
  const needs = Object.keys({ ...dependencies, ...devDependencies })
  if (needs.length > 0 && !existsSync(join(folder, 'node_modules'))) {
    throw new Error(
      `--from ${folder}: its dependencies are not installed (no node_modules); run "npm install" there first`,
    )
  }
  return { suite, folder, version, commit: commitOf(folder) }
}

/**
 * All suites among the folders in one folder, in the order of {@link SUITES}.
 *
 * @param {string} parent
 * @returns {{ name: string, folder: string }[]}
 */
export function findClones(parent) {
  if (!existsSync(parent)) throw new Error(`--all ${parent}: there is no such folder`)
  const folders = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(parent, name))
  const found = folders.flatMap((folder) => {
    const suite = suiteIn(folder)
    return suite === undefined ? [] : [{ name: suite.name, folder }]
  })
  if (found.length === 0) {
    throw new Error(`--all ${parent}: no folder in it is one of ${names()}`)
  }
  const order = SUITES.map(({ name }) => name)
  return found.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
}

/**
 * The paths of a suite's test files, as its own runner would find them.
 *
 * @param {Suite} suite @param {string} folder
 */
export function testFiles({ files }, folder) {
  return files.flatMap((group) => {
    const inside = join(folder, group.in)
    if (!existsSync(inside)) return []
    return readdirSync(inside, { recursive: group.below === true, withFileTypes: true })
      .filter((entry) => entry.isFile() && group.named.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.includes('node_modules'))
      .toSorted()
  })
}

/** @param {string} name */
function suiteNamed(name) {
  const suite = SUITES.find((candidate) => candidate.name === name)
  if (suite === undefined) throw new Error(`--suite: no suite "${name}"; there are ${names()}`)
  return suite
}

function names() {
  return SUITES.map(({ name }) => name).join(', ')
}

/**
 * @typedef {Record<string, string>} Ranges
 * @typedef {{ name?: string, version?: string, dependencies?: Ranges, devDependencies?: Ranges }} Manifest
 */

/** @param {string} folder @returns {Manifest | undefined} */
function readManifest(folder) {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  /** @type {Manifest} */
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  return manifest
}

/** @param {string} folder */
function suiteIn(folder) {
  const manifest = readManifest(folder)
  return SUITES.find((suite) => isSuite(suite, folder, manifest))
}

/** @param {Suite} suite @param {string} folder @param {Manifest} [manifest] */
function isSuite({ is }, folder, { name, version = '' } = {}) {
  return (
    name === is.package &&
    (is.major === undefined || version.startsWith(`${is.major}.`)) &&
    (is.has === undefined || existsSync(join(folder, is.has)))
  )
}

/** @param {Suite} suite */
function wanted({ is, source }) {
  const what = is.package === undefined ? 'a folder' : `the package ${JSON.stringify(is.package)}`
  const major = is.major === undefined ? '' : `, version ${is.major}`
  return `${what}${major}${is.has === undefined ? '' : ` with ${is.has}`} (a clone of ${source})`
}

/** @param {Manifest | undefined} manifest */
function describe(manifest) {
  if (manifest === undefined) return 'a folder without package.json'
  const { name, version } = manifest
  return name === undefined
    ? 'a package without a name'
    : `the package ${name} ${version ?? ''}`.trim()
}

/**
 * The commit, with a mark when tracked files are not as they are there. None where the folder itself is no clone: a
 * repository around it says nothing about it.
 *
 * @param {string} folder
 */
function commitOf(folder) {
  if (!existsSync(join(folder, '.git'))) return undefined
  /** @param {readonly string[]} args */
  const git = (...args) =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD')
    const changed = git('status', '--porcelain', '--untracked-files=no') !== ''
    return changed ? `${commit}, changed` : commit
  } catch {
    return undefined
  }
}
