// node run.mjs: runs other packages' tests through the adapter and beside it through a reference. See --help and
// docs/compatibility.md.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { findClones, openClone } from './folder.mjs'
import { isGood, judge } from './judge.mjs'
import { HELP, readOptions } from './options.mjs'
import { Progress } from './progress.mjs'
import { toText } from './report.mjs'
import { latest, replaceTables, toTables } from './table.mjs'

/** @typedef {import('./judge.mjs').Verdict} Verdict */

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`compat: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

/** @param {ReturnType<typeof readOptions>} options */
async function main(options) {
  if (options.help) {
    process.stdout.write(HELP)
    return
  }
  const verdicts = latest(
    options.table === undefined ? await judgeAll(options) : options.table.flatMap(readVerdicts),
  )
  if (options.write !== undefined) {
    writeFileSync(
      options.write,
      replaceTables(readFileSync(options.write, 'utf8'), toTables(verdicts)),
    )
  }
  if (!verdicts.every(isGood)) process.exitCode = 1
}

/** @param {ReturnType<typeof readOptions>} options */
async function judgeAll(options) {
  const wanted = [...options.clones, ...(options.all === undefined ? [] : findClones(options.all))]
  if (wanted.length === 0)
    throw new Error('Nothing to run: give --suite and --from, or --all; --help says more')
  // All are looked at before the first one is run for minutes.
  const clones = wanted.map(({ name, folder }) => openClone(name, folder))
  const nodeVersion = execFileSync(options.node, ['-p', 'process.versions.node'], {
    encoding: 'utf8',
  }).trim()
  /** @type {Verdict[]} */
  const verdicts = []
  for (const clone of clones) {
    const verdict = await judge(clone, { ...options, nodeVersion }, new Progress())
    verdicts.push(verdict)
    process.stdout.write(toText(verdict, options))
    if (options.json !== undefined) {
      writeFileSync(options.json, `${JSON.stringify({ date: today(), verdicts }, null, 2)}\n`)
    }
  }
  return verdicts
}

/** @param {string} file @returns {Verdict[]} */
function readVerdicts(file) {
  /** @type {{ verdicts: Verdict[] }} */
  const { verdicts } = JSON.parse(readFileSync(file, 'utf8'))
  return verdicts
}

function today() {
  return new Date().toISOString().slice(0, 10)
}
