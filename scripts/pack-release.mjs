// node scripts/pack-release.mjs <tag> <folder>: packs the published packages as the release workflow publishes them.
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { captureNpm } from './capture.mjs'
import { root } from './run.mjs'

/** Each is published under one version, the tag's. */
const PACKAGES = ['adapter', 'local-alb', 'deploy']

/**
 * @param {string} tag
 * @returns {string | undefined} why nothing can be released under this tag
 */
function objectionTo(tag) {
  for (const name of PACKAGES) {
    const file = `packages/${name}/package.json`
    /** @type {{ version: string, dependencies?: Record<string, string> }} */
    const { version, dependencies = {} } = JSON.parse(readFileSync(join(root, file), 'utf8'))
    if (tag !== `v${version}`) {
      return `The tag is ${tag}, and ${file} has version ${version}: tag v${version}, or change the version`
    }
    const floating = Object.entries(dependencies).find(([, range]) => !/^\d/.test(range))
    if (floating !== undefined) {
      return `${file} depends on ${floating.join('@')}: give one exact version, as it was tested`
    }
  }
  const log = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  return log.includes(`## [${tag.slice(1)}]`)
    ? undefined
    : `CHANGELOG.md has no heading "## [${tag.slice(1)}]": say what the release brings`
}

const [tag = '', folder] = process.argv.slice(2)
const objection =
  folder === undefined
    ? 'Give the tag and a folder: node scripts/pack-release.mjs v1.2.3 tarballs'
    : objectionTo(tag)
if (objection !== undefined) {
  console.error(objection)
  process.exit(1)
}
const destination = resolve(folder ?? '.')
mkdirSync(destination, { recursive: true })
for (const name of PACKAGES) {
  const packing = ['pack', '--silent', '--pack-destination', destination]
  console.log((await captureNpm('npm', packing, join(root, 'packages', name))).trim())
}
