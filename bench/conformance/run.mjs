// npm run conformance: every vector through every adapter asked for. See README.md.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { NODE, OWN, versionOf } from './adapters.mjs'
import { judge } from './judge.mjs'
import { writeTables } from './markdown.mjs'
import { readOptions } from './options.mjs'
import { failures, printedMatrix } from './report.mjs'
import { observeAll } from './schedule.mjs'

/**
 * @typedef {import('./vectors/index.mjs').Check} Check
 * @typedef {import('./report.mjs').Run} Run
 */

/** Processes at once. */
const AT_ONCE = 2

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}

/** @param {ReturnType<typeof readOptions>} options @returns {Promise<number>} the exit code */
async function main({ checks, adapters, verbose, list, json, ...files }) {
  if (list) {
    print(new Set(checks.map(({ section, vector }) => `${section}/${vector.id}: ${vector.claim}`)))
    return 0
  }
  const vectors = new Set(checks.map(({ vector }) => vector))
  print([`Node ${process.version}, ${vectors.size} vectors, ${checks.length} checks by mode\n`])
  const node = await referenceViews(checks)
  /** @type {Run[]} */
  const runs = []
  for (let i = 0; i < adapters.length; i += AT_ONCE) {
    const group = adapters.slice(i, i + AT_ONCE)
    runs.push(...(await Promise.all(group.map((adapter) => runAdapter(adapter, checks, node)))))
  }
  const told = runs.filter(({ adapter }) => verbose || adapter === OWN || runs.length === 1)
  print([...told.map((run) => failures(checks, run, verbose)), printedMatrix(checks, runs)])
  const base = process.env['INIT_CWD'] ?? '.'
  if (json !== undefined) writeFileSync(resolve(base, json), toJson(checks, runs))
  const { write, 'write-matrix': writeMatrix } = files
  if (write !== undefined) writeTables(resolve(base, write), 'conformance', checks, runs)
  if (writeMatrix !== undefined) {
    writeTables(resolve(base, writeMatrix), 'conformance matrix', checks, runs)
  }
  return runs.some(isOwnFailing) ? 1 : 0
}

/**
 * What the real server gives. A vector that it fails is wrong itself.
 *
 * @param {Check[]} checks
 * @returns {Promise<(import('./observe.mjs').View | undefined)[]>}
 */
async function referenceViews(checks) {
  const judged = checks.filter(({ vector }) => vector.apart === undefined)
  const views = await observeAll(NODE, judged, progress(NODE, judged.length))
  const verdicts = judged.map(({ vector }, i) => {
    const view = views[i]
    return view ? judge(vector, view, view) : []
  })
  const wrong = failures(judged, { adapter: 'A real server', version: '', verdicts }, true)
  if (wrong !== '')
    throw new Error(`${wrong}\nThese vectors are wrong, or the machine is too busy.`)
  const byCheck = new Map(judged.map((check, i) => [check, views[i]]))
  return checks.map((check) => byCheck.get(check))
}

/**
 * @param {string} adapter
 * @param {Check[]} checks
 * @param {(import('./observe.mjs').View | undefined)[]} node
 * @returns {Promise<Run>}
 */
async function runAdapter(adapter, checks, node) {
  const views = await observeAll(adapter, checks, progress(adapter, checks.length))
  const verdicts = checks.map(({ vector }, i) => {
    const view = views[i]
    return view ? judge(vector, view, node[i]) : []
  })
  return { adapter, version: versionOf(adapter), verdicts }
}

/** Ours must pass everything; what peers fail is only told. @param {Run} run */
function isOwnFailing({ adapter, verdicts }) {
  return adapter === OWN && verdicts.some((differences) => differences.length > 0)
}

/** @param {string} adapter @param {number} all */
function progress(adapter, all) {
  let done = 0
  return () => {
    done++
    if (done % 100 === 0 || done === all) process.stderr.write(`${adapter}: ${done} of ${all}\n`)
  }
}

/** @param {Check[]} checks @param {Run[]} runs */
function toJson(checks, runs) {
  const verdicts = checks.map(({ section, vector, mode }, i) => ({
    id: vector.id,
    section,
    mode,
    claim: vector.claim,
    source: vector.source,
    standing: vector.standing,
    adapters: Object.fromEntries(runs.map((run) => [run.adapter, run.verdicts[i]?.length === 0])),
  }))
  const adapters = runs.map(({ adapter, version }) => ({ adapter, version }))
  return `${JSON.stringify({ node: process.version, adapters, verdicts }, null, 2)}\n`
}

/** @param {Iterable<string>} lines */
function print(lines) {
  for (const line of lines) if (line !== '') process.stdout.write(`${line}\n`)
}
