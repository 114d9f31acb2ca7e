// GitLab's list of known vulnerabilities (https://gitlab.com/gitlab-org/advisories-community), read from a clone of it: a
// second judge, and one that needs no network. npm/<package>/<identifier>.yml says which versions are affected.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import semver from 'semver'
import { parse } from 'yaml'

/** The list has no severities in words: everything in it counts. */
export const UNRATED = 'unrated'

/**
 * @typedef {{ identifier: string, title: string, affected_range: string }} Advisory
 */

/**
 * @param {string} folder a clone of the list
 * @param {readonly { name: string, version: string }[]} packages
 * @returns {Record<string, { severity: string, via: { title: string }[] }>} what is known, by package
 * @throws {Error} when the folder holds no list, or an advisory that cannot be understood
 */
export function findAdvisories(folder, packages) {
  const list = join(folder, 'npm')
  if (!existsSync(list)) throw new Error(`there is no ${list}; name a clone of GitLab's list`)
  /** @type {Record<string, { severity: string, via: { title: string }[] }>} */
  const found = {}
  for (const { name, version } of packages) {
    for (const { identifier, title, affected_range: range } of advisoriesOn(join(list, name))) {
      if (!isIn(range, version, identifier)) continue
      found[name] ??= { severity: UNRATED, via: [] }
      found[name].via.push({ title: `${version}: ${identifier}, ${title}` })
    }
  }
  return found
}

/**
 * @param {string} folder
 * @returns {Advisory[]}
 */
function advisoriesOn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')))
}

/** @param {string} range @param {string} version @param {string} identifier */
function isIn(range, version, identifier) {
  if (semver.validRange(range) === null) {
    throw new Error(`${identifier} affects ${JSON.stringify(range)}, which is no range of versions`)
  }
  return semver.satisfies(version, range, { includePrerelease: true })
}
