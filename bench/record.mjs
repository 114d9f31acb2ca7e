// A run as JSON: what it was made with, its figures, and the tables as they were printed.
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { summarise } from './figures.mjs'
import { isMet } from './targets.mjs'

/**
 * @typedef {object} Run what was measured in one mode
 * @property {import('./event.mjs').Mode} mode
 * @property {import('./figures.mjs').Result[]} results
 * @property {import('./cold/cold-start.mjs').ColdStarts[]} cold
 * @property {import('./targets.mjs').Target[]} targets
 *
 * @typedef {ReturnType<typeof surroundings>} Surroundings
 * @typedef {ReturnType<typeof toRecord>} RunRecord
 */

export function surroundings() {
  const manifest = readFileSync(new URL('package.json', import.meta.url), 'utf8')
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(manifest)
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cpus: cpus().length,
    load: loadavg()
      .map((value) => value.toFixed(1))
      .join(' '),
    versions: dependencies,
  }
}

/**
 * @param {Surroundings} about
 * @param {import('./options.mjs').Options} options
 * @param {Run[]} runs
 * @param {import('./load-time.mjs').LoadTimes | undefined} load
 * @param {import('./table.mjs').Table[]} tables
 */
export function toRecord(about, options, runs, load, tables) {
  const { help: _help, json: _json, write: _write, nodes: _nodes, ...settings } = options
  return {
    about,
    options: settings,
    runs: runs.map(({ mode, results, cold, targets }) => ({
      mode,
      nanoseconds: results.map(toFigures),
      cold,
      targets: targets.map((target) => ({ ...target, met: isMet(target) })),
    })),
    load,
    tables,
  }
}

/** @param {import('./figures.mjs').Result} result */
function toFigures({ workload, samples }) {
  return {
    workload: workload.name,
    adapters: samples.map((sample) => {
      const { adapter, wrong, batches } = sample
      if (wrong !== undefined) return { adapter, wrong }
      return { adapter, ...summarise(sample), batches: batches.flat().length }
    }),
  }
}
