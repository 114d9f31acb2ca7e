// node run.mjs: measures, prints, and writes down what --json and --write ask for. See README.md.
import { writeFileSync } from 'node:fs'
import { assertBuilt } from './adapters/built.mjs'
import { OWN } from './adapters/index.mjs'
import { coldTarget } from './cold/figures.mjs'
import { coldStarts } from './cold/cold-start.mjs'
import { curves, steps } from './curves.mjs'
import { loadTimes } from './load-time.mjs'
import { runOnNodes, withoutWhole } from './nodes.mjs'
import { readOptions } from './options.mjs'
import { COLD, LOAD } from './parts.mjs'
import { surroundings, toRecord } from './record.mjs'
import {
  coldTable,
  curveTable,
  loadTables,
  summaryTable,
  targetTable,
  workloadTable,
} from './report.mjs'
import { measure } from './schedule.mjs'
import { toText } from './table.mjs'
import { targets } from './targets.mjs'
import { workloads } from './workloads.mjs'
import { writeMarkdown } from './write-markdown.mjs'

/** The steps of a curve show its form with fewer repetitions. */
const CURVE_PROCESSES = 2
const CURVE_SHARE = 5

try {
  const args = process.argv.slice(2)
  const options = readOptions(args)
  if (options.help !== undefined) process.stdout.write(options.help)
  else if (options.nodes.length > 0) onSeveralNodes(options, args)
  else await onThisNode(options)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

/** @param {import('./options.mjs').Options} options @param {string[]} args */
function onSeveralNodes(options, args) {
  const records = runOnNodes(options.nodes, withoutWhole(args))
  const summary = summaryTable(
    records.flatMap(({ about, runs }) => runs.map((run) => ({ ...run, node: about.node }))),
  )
  print(toText(summary))
  if (options.json !== undefined) writeJson(options.json, records)
  if (options.write !== undefined) writeMarkdown(options.write, records, [summary])
}

/** @param {import('./options.mjs').Options} options */
async function onThisNode(options) {
  if (options.adapters.includes(OWN)) assertBuilt()
  const about = surroundings()
  print(`Node ${about.node}, ${about.cpu} x ${about.cpus}, load ${about.load}\n`)

  /** @type {import('./table.mjs').Table[]} */
  const tables = []
  const show = (/** @type {import('./table.mjs').Table} */ table) => {
    tables.push(table)
    print(toText(table))
  }
  const runs = []
  for (const mode of options.modes) runs.push(await inMode(mode, options, show))
  const wantsLoad = options.workloads.includes(LOAD) && options.adapters.includes(OWN)
  const load = wantsLoad ? loadTimes(OWN) : undefined
  if (load !== undefined) loadTables(load).forEach(show)

  const record = toRecord(about, options, runs, load, tables)
  if (options.json !== undefined) writeJson(options.json, record)
  if (options.write !== undefined) writeMarkdown(options.write, [record], [])
}

/**
 * @param {import('./event.mjs').Mode} mode
 * @param {import('./options.mjs').Options} options
 * @param {(table: import('./table.mjs').Table) => void} show
 * @returns {Promise<import('./record.mjs').Run>}
 */
async function inMode(mode, options, show) {
  const { clock, workloads: wanted } = options
  /** @type {import('./figures.mjs').Result[]} */
  const results = []
  for (const workload of workloads.filter(({ name }) => wanted.includes(name))) {
    // What takes long is timed less often.
    const singles = Math.min(options.singles, workload.batch * 50)
    const plan = { ...options, workload: workload.name, mode, singles }
    const result = { workload, samples: await measure(plan) }
    show(workloadTable(result, mode, clock))
    results.push(result)
  }
  for (const curve of curves.filter(({ name }) => wanted.includes(name))) {
    show(await alongCurve(curve, mode, options))
  }
  const cold = []
  for (const format of wanted.includes(COLD) ? /** @type {const} */ (['cjs', 'esm']) : []) {
    const result = await coldStarts({ ...options, mode }, format)
    show(coldTable(result))
    cold.push(result)
  }
  const reached = [...targets(results), coldTarget(cold)]
  const isMeasured = results.length > 0 || cold.length > 0
  if (isMeasured && options.adapters.includes(OWN)) show(targetTable(reached))
  return { mode, results, cold, targets: reached }
}

/**
 * @param {import('./curves.mjs').Curve} curve
 * @param {import('./event.mjs').Mode} mode
 * @param {import('./options.mjs').Options} options
 */
async function alongCurve(curve, mode, options) {
  const results = []
  for (const workload of steps(curve)) {
    const samples = await measure({
      ...options,
      workload: workload.name,
      mode,
      processes: Math.min(options.processes, CURVE_PROCESSES),
      seconds: options.seconds / CURVE_SHARE,
      singles: 0,
    })
    results.push({ workload, samples })
  }
  return curveTable(curve, results, OWN, options.clock)
}

/** @param {string} file @param {unknown} value */
function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
}
