// One run of a suite in processes of its own.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandFor } from './command.mjs'
import { parseOutcomes } from './outcomes.mjs'
import { cleanEnvironment, throughLoadBalancer } from './settings.mjs'

const POLL_MS = 500

/**
 * @typedef {object} RunOptions
 * @property {string} node Node's executable
 * @property {string} nodeVersion of it
 * @property {string | undefined} grep
 * @property {boolean} kind
 * @property {string | undefined} adapter
 * @property {string} adapterOptions
 * @property {number} limitSeconds
 *
 * @typedef {import('./outcomes.mjs').Outcomes & { seconds: number, summary: Summary | undefined, output: string, ended: string }} Run
 * @typedef {{ requests: number, answered: number, faults: { message: string, count: number }[] }} Summary
 */

/** What the suite's own script makes before its tests. @param {import('./folder.mjs').Clone} clone */
export function prepare({ suite, folder }) {
  const { prepare: step } = suite
  if (step === undefined || existsSync(join(folder, step.makes))) return
  const [command = '', ...args] = step.command
  const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) {
    throw new Error(`${suite.name}: "${step.command.join(' ')}" makes no ${step.makes}: ${stderr}`)
  }
}

/**
 * @param {import('./folder.mjs').Clone} clone
 * @param {import('./settings.mjs').Way | undefined} way
 * @param {readonly string[]} files
 * @param {RunOptions} options
 * @param {(tests: number) => void} onProgress
 * @returns {Promise<Run>}
 */
export async function execute(clone, way, files, options, onProgress) {
  const own = mkdtempSync(join(tmpdir(), 'compat-'))
  const outcomes = join(own, 'outcomes')
  const summary = join(own, 'summary')
  const output = join(own, 'output')
  const read = (/** @type {string} */ file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  const started = Date.now()
  const progress = setInterval(() => {
    onProgress(read(outcomes).split('\n').length - 1)
  }, POLL_MS)
  try {
    const { grep, node, nodeVersion, limitSeconds } = options
    const command = [node, ...commandFor(clone, { files, grep, nodeVersion, outcomes })]
    const through = way && throughLoadBalancer(way, { ...options, summary })
    const whole = through === undefined ? command : [process.execPath, ...through.args, ...command]
    const env = { ...cleanEnvironment(process.env), COMPAT_OUTCOMES: outcomes, ...through?.env }
    const ended = await run(whole, { cwd: clone.folder, env }, output, limitSeconds)
    return {
      ...parseOutcomes(read(outcomes), clone.folder),
      seconds: (Date.now() - started) / 1000,
      summary: read(summary) === '' ? undefined : JSON.parse(read(summary)),
      output: read(output),
      ended,
    }
  } finally {
    clearInterval(progress)
    rmSync(own, { recursive: true, force: true })
  }
}

/**
 * @param {readonly string[]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} place
 * @param {string} output the file for what it prints
 * @param {number} limitSeconds
 * @returns {Promise<string>} how it ended
 */
async function run([file = '', ...args], place, output, limitSeconds) {
  const log = openSync(output, 'w')
  // A group of its own: a runner's workers must not outlive it.
  const child = spawn(file, args, { ...place, stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  const end = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // Nobody is left.
    }
  }
  const stop = () => {
    end()
    process.exit(130)
  }
  let late = false
  const timer = setTimeout(() => {
    late = true
    end()
  }, limitSeconds * 1000)
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const [code, signal] = await once(child, 'exit')
    if (late) return `ended after ${limitSeconds} s (--limit)`
    return signal === null ? `exit code ${code}` : `ended by ${signal}`
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', stop).off('SIGTERM', stop)
    end()
  }
}
