// Figures into text.
import { FLOOR, PEERS } from './adapters/index.mjs'
import { fastestPeer, isFair, overFloor, summarise, timesAsLong } from './figures.mjs'
import { LIMIT } from './load-time.mjs'
import { isMet } from './targets.mjs'

/**
 * @param {import('./figures.mjs').Result} result
 * @param {import('./event.mjs').Mode} mode
 * @param {import('./worker.mjs').Clock} clock
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
    const { median, min, p99 } = summarise(sample)
    return [
      adapter === peer ? `${adapter} *` : adapter,
      micros(median),
      micros(min),
      micros(p99),
      adapter !== FLOOR && isFair(result, FLOOR) ? micros(overFloor(result, adapter)) : '',
      times(adapter, FLOOR),
      times(adapter, peer),
    ]
  })
  const head = ['', 'median', 'min', 'p99', 'over floor', 'x floor', 'x fastest peer']
  const unit = clock === 'cpu' ? 'µs of CPU time' : 'µs'
  const none =
    peer === undefined && samples.some(({ adapter }) => PEERS.includes(adapter))
      ? '  no peer answers correctly: nothing to compare with\n'
      : ''
  return (
    `${workload.title} (${workload.name}, ${mode}-value mode), ${unit} per invocation\n` +
    table([head, ...rows]) +
    none
  )
}

/** @param {import('./targets.mjs').Target[]} list */
export function targetTable(list) {
  const rows = list.map((target) => {
    const { text, limit, value, range, where } = target
    if (value === undefined) return [text, `<= ${limit}`, 'not measured']
    const spread = range?.map((end) => end.toFixed(2)).join(' to ') ?? ''
    return [text, `<= ${limit}`, value.toFixed(3), spread, where ?? '', verdict(isMet(target))]
  })
  return `Targets\n${table([['', 'target', 'value', 'by process', 'where', ''], ...rows])}`
}

/** @param {import('./load-time.mjs').Load[]} whole @param {import('./load-time.mjs').Load[]} within */
export function loadTable(whole, within) {
  const rows = whole.map(({ what, ms, reference }) => [
    what,
    ms.toFixed(2),
    reference ? 'for comparison' : `target <= ${LIMIT}: ${verdict(ms <= LIMIT)}`,
  ])
  const inside = within.map(({ what, ms }) => [what, ms.toFixed(2)])
  return (
    `Loading, ms on top of an empty start (medians of pairs of processes)\n${table(rows)}\n` +
    `Loading, ms as seen from within (medians over processes)\n${table(inside)}`
  )
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

/**
 * The first column to the left, the others to the right. A short row ends in a remark, which has no column.
 *
 * @param {string[][]} rows
 */
function table(rows) {
  const columns = Math.max(...rows.map((row) => row.length))
  const isRemark = (/** @type {string[]} */ row, /** @type {number} */ i) =>
    row.length < columns && i === row.length - 1
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => (isRemark(row, i) ? 0 : (row[i] ?? '').length))),
  )
  const lines = rows.map((row) =>
    row.map((cell, i) => {
      if (isRemark(row, i)) return cell
      return i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
    }),
  )
  return lines.map((cells) => `  ${cells.join('  ').trimEnd()}\n`).join('')
}
