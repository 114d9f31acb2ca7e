// Figures into tables.
import { startRatio, fastestStart } from './cold/figures.mjs'
import { FLOOR, PAIR, PEERS, REFERENCES } from './adapters/index.mjs'
import { fastestPeer, isFair, overFloor, summarise, timesAsLong } from './figures.mjs'
import { LIMIT } from './load-time.mjs'
import { median } from './stats.mjs'
import { isMet } from './targets.mjs'

/** @typedef {import('./table.mjs').Table} Table */

/**
 * @param {import('./figures.mjs').Result} result
 * @param {import('./event.mjs').Mode} mode
 * @param {import('./clock.mjs').Clock} clock
 * @returns {Table}
 */
export function workloadTable(result, mode, clock) {
  const { workload, samples } = result
  const peer = fastestPeer(result)
  const times = (/** @type {string} */ adapter, /** @type {string | undefined} */ other) =>
    other !== undefined && isFair(result, other)
      ? timesAsLong(result, adapter, other).toFixed(3)
      : '-'

  const rows = samples.map((sample) => {
    const { adapter, wrong } = sample
    if (wrong !== undefined) return [adapter, `WRONG: ${wrong}`]
    const { median: middle, min, p99, bytes } = summarise(sample)
    return [
      adapter === peer ? `${adapter} *` : adapter,
      micros(middle),
      micros(min),
      p99 === undefined ? '-' : micros(p99),
      bytes === undefined ? '-' : kilobytes(bytes),
      !REFERENCES.includes(adapter) && isFair(result, FLOOR)
        ? micros(overFloor(result, adapter))
        : '',
      times(adapter, FLOOR),
      times(adapter, PAIR),
      times(adapter, peer),
    ]
  })
  const unit = clock === 'cpu' ? 'µs of CPU time (p99 of wall time)' : 'µs'
  return {
    title: `${workload.title} (${workload.name}, ${mode}-value mode), ${unit} per invocation`,
    // prettier-ignore
    head: ['', 'median', 'min', 'p99', 'KB', 'over floor', 'x floor', 'x pair', 'x fastest peer'],
    rows,
    notes:
      peer === undefined && samples.some(({ adapter }) => PEERS.includes(adapter))
        ? ['no peer answers correctly: nothing to compare with']
        : [],
  }
}

/**
 * One line per step, one column per adapter, and ours against the fastest peer of that step.
 *
 * @param {import('./curves.mjs').Curve} curve
 * @param {import('./figures.mjs').Result[]} results step by step
 * @param {string} own
 * @param {import('./clock.mjs').Clock} clock
 * @returns {Table}
 */
export function curveTable({ title, unit, steps }, results, own, clock) {
  const adapters = results[0]?.samples.map(({ adapter }) => adapter) ?? []
  /** @type {string[]} */
  const notes = []
  const rows = results.map((result, i) => {
    const peer = fastestPeer(result)
    const cells = result.samples.map((sample) => {
      if (sample.wrong === undefined) return micros(summarise(sample).median)
      notes.push(`${sample.adapter} at ${steps[i]} ${unit}: WRONG: ${sample.wrong}`)
      return 'WRONG'
    })
    const ratio =
      peer !== undefined && isFair(result, own) ? timesAsLong(result, own, peer).toFixed(3) : '-'
    return [String(steps[i]), ...cells, ratio, peer ?? '-']
  })
  return {
    title: `${title}, ${clock === 'cpu' ? 'µs of CPU time' : 'µs'} per invocation`,
    head: [unit, ...adapters, `${own} x fastest peer`, 'fastest peer'],
    rows,
    notes,
  }
}

/** @param {import('./cold/cold-start.mjs').ColdStarts} result @returns {Table} */
export function coldTable(result) {
  const peer = fastestStart(result)
  const rows = result.starts.map(({ adapter, bytes, ms, initMs, wrong }) => {
    if (wrong !== undefined) return [adapter, `WRONG: ${wrong}`]
    return [
      adapter === peer ? `${adapter} *` : adapter,
      median(ms).toFixed(1),
      Math.min(...ms).toFixed(1),
      median(initMs).toFixed(1),
      kilobytes(bytes),
      peer === undefined ? '-' : startRatio(result, adapter, peer).toFixed(3),
    ]
  })
  const format = result.format === 'esm' ? 'ES module' : 'CommonJS'
  return {
    title: `Cold start to first response, Express bundled as ${format}, ms (${result.starts[0]?.ms.length ?? 0} starts)`,
    head: ['', 'median', 'min', 'of it loading', 'bundle KB', 'x fastest peer'],
    rows,
  }
}

/** @param {import('./targets.mjs').Target[]} list @returns {Table} */
export function targetTable(list) {
  const rows = list.map((target) => {
    const { text, limit, value, range, where } = target
    if (value === undefined) return [text, `<= ${limit}`, 'not measured']
    const spread = range?.map((end) => end.toFixed(2)).join(' to ') ?? ''
    return [text, `<= ${limit}`, value.toFixed(3), spread, where ?? '', verdict(isMet(target))]
  })
  return { title: 'Targets', head: ['', 'target', 'value', 'spread', 'where', ''], rows }
}

/**
 * The targets of several Nodes side by side.
 *
 * @param {{ node: string, mode: string, targets: import('./targets.mjs').Target[] }[]} runs
 * @returns {Table}
 */
export function summaryTable(runs) {
  const texts = [...new Set(runs.flatMap(({ targets }) => targets.map(({ text }) => text)))]
  const rows = texts.map((text) => {
    const each = runs.map(({ targets }) => targets.find((target) => target.text === text))
    const cells = each.map((target) => {
      if (target?.value === undefined) return 'not measured'
      return `${target.value.toFixed(3)}${isMet(target) ? '' : ' NOT MET'}`
    })
    return [text, `<= ${each.find((target) => target !== undefined)?.limit}`, ...cells]
  })
  const modes = new Set(runs.map(({ mode }) => mode))
  const names = runs.map(({ node, mode }) => (modes.size > 1 ? `${node}, ${mode}` : node))
  return { title: 'Targets on each Node', head: ['', 'target', ...names], rows }
}

/** @param {import('./load-time.mjs').LoadTimes} load @returns {Table[]} */
export function loadTables({ whole, within }) {
  return [
    {
      title: 'Loading, ms on top of an empty start (pairs of processes)',
      head: ['', 'median', 'quartiles', ''],
      rows: whole.map((load) => [
        ...loadCells(load),
        load.reference ? 'for comparison' : `target <= ${LIMIT}: ${verdict(load.ms <= LIMIT)}`,
      ]),
    },
    {
      title: 'Loading, ms as seen from within',
      head: ['', 'median', 'quartiles'],
      rows: within.map(loadCells),
    },
  ]
}

/** @param {import('./load-time.mjs').Load} load */
function loadCells({ what, ms, range }) {
  return [what, ms.toFixed(2), range.map((end) => end.toFixed(2)).join(' to ')]
}

/** @param {boolean} met */
function verdict(met) {
  return met ? 'met' : 'NOT MET'
}

/** @param {number} ns */
function micros(ns) {
  const µs = ns / 1000
  return µs.toFixed(Math.abs(µs) < 100 ? 2 : 1)
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return (bytes / 1024).toFixed(1)
}
