// node run.mjs: measures, prints, and with --json writes the figures down. See README.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { OWN } from './adapters/index.mjs'
import { summarise } from './figures.mjs'
import { LIMIT, fromWithin, wholeStarts } from './load-time.mjs'
import { LOAD, readOptions } from './options.mjs'
import { loadTable, targetTable, workloadTable } from './report.mjs'
import { measure } from './schedule.mjs'
import { isMet, targets } from './targets.mjs'
import { workloads } from './workloads.mjs'

const PAIRS = 31

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

/** @param {ReturnType<typeof readOptions>} options */
async function main(options) {
  const wantsLoad = options.workloads.includes(LOAD) && options.adapters.includes(OWN)
  if (options.adapters.includes(OWN)) assertBuilt()
  const about = surroundings()
  print(`Node ${about.node}, ${about.cpu} x ${about.cpus}, load ${about.load}\n`)

  const runs = []
  for (const mode of options.modes) {
    /** @type {import('./figures.mjs').Result[]} */
    const results = []
    for (const workload of workloads.filter(({ name }) => options.workloads.includes(name))) {
      const result = {
        workload,
        samples: await measure({ ...options, workload: workload.name, mode }),
      }
      print(workloadTable(result, mode, options.clock))
      results.push(result)
    }
    const reached = targets(results)
    if (results.length > 0 && options.adapters.includes(OWN)) print(targetTable(reached))
    runs.push({ mode, results, targets: reached })
  }

  const whole = wantsLoad ? wholeStarts(OWN, PAIRS) : []
  const within = wantsLoad ? fromWithin(OWN, PAIRS) : []
  if (wantsLoad) print(loadTable(whole, within))
  if (options.json === undefined) return
  const load = { limit: LIMIT, whole, within }
  writeFileSync(options.json, `${JSON.stringify(record(about, options, runs, load), null, 2)}\n`)
}

/** Both forms must be there: the handler comes from the ESM one, the load time from both. */
function assertBuilt() {
  try {
    createRequire(import.meta.url).resolve(OWN)
    if (existsSync(fileURLToPath(import.meta.resolve(OWN)))) return
  } catch {
    // Said below.
  }
  throw new Error(
    `${OWN} is not built, or not linked into the workspace: run "npm run build" in the root, ` +
      'or leave it out, for example --adapters floor,serverless-http,serverless-express,h4ad',
  )
}

function surroundings() {
  const manifest = readFileSync(new URL('package.json', import.meta.url), 'utf8')
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cpus: cpus().length,
    load: loadavg()
      .map((value) => value.toFixed(1))
      .join(' '),
    versions: JSON.parse(manifest).dependencies,
  }
}

/**
 * @param {ReturnType<typeof surroundings>} about
 * @param {ReturnType<typeof readOptions>} options
 * @param {{ mode: string, results: import('./figures.mjs').Result[], targets: import('./targets.mjs').Target[] }[]} runs
 * @param {object} load
 */
function record(about, { json: _json, ...options }, runs, load) {
  return {
    about,
    options,
    runs: runs.map(({ mode, results, targets: reached }) => ({
      mode,
      nanoseconds: results.map(({ workload, samples }) => ({
        workload: workload.name,
        adapters: samples.map((sample) =>
          sample.wrong === undefined
            ? {
                adapter: sample.adapter,
                ...summarise(sample),
                batches: sample.batches.flat().length,
              }
            : { adapter: sample.adapter, wrong: sample.wrong },
        ),
      })),
      targets: reached.map((target) => ({ ...target, met: isMet(target) })),
    })),
    load,
  }
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
}
