// The same run on several Nodes, each in a process of its own, and what they came to together.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Of each supported major the version that is measured; npm's package `node` brings it. */
const VERSIONS = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' }

const main = fileURLToPath(new URL('run.mjs', import.meta.url))

/** @param {string} list majors or whole versions @returns {string[]} whole versions */
export function readNodes(list) {
  const nodes = list.split(',').filter((name) => name !== '')
  return nodes.map((name) => {
    const version = new Map(Object.entries(VERSIONS)).get(name) ?? name
    if (/^\d+\.\d+\.\d+$/.test(version)) return version
    const known = Object.keys(VERSIONS).join(', ')
    throw new Error(`--nodes: "${name}" is neither one of ${known} nor a version such as 24.21.0`)
  })
}

/**
 * Runs the benchmark with these arguments on each Node, one after the other.
 *
 * @param {string[]} nodes @param {string[]} args
 * @returns {import('./record.mjs').RunRecord[]}
 */
export function runOnNodes(nodes, args) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    return nodes.map((version) => {
      const file = join(folder, `${version}.json`)
      const given = [main, ...args, '--json', file]
      const isOwn = version === process.versions.node
      const { status, error } = spawnSync(
        isOwn ? process.execPath : 'npx',
        isOwn ? given : ['-y', '-p', `node@${version}`, 'node', ...given],
        { stdio: ['ignore', 'inherit', 'inherit'], shell: !isOwn && process.platform === 'win32' },
      )
      if (error !== undefined) throw error
      if (status !== 0) throw new Error(`The run on Node ${version} failed`)
      /** @type {import('./record.mjs').RunRecord} */
      const record = JSON.parse(readFileSync(file, 'utf8'))
      return record
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Arguments without those that only the whole is asked for. @param {string[]} args */
export function withoutWhole(args) {
  const whole = ['--nodes', '--json', '--write']
  return args.filter((arg, i) => {
    if (whole.some((name) => arg === name || arg.startsWith(`${name}=`))) return false
    return !whole.includes(args[i - 1] ?? '')
  })
}
