// The tables of docs/conformance.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { matrix } from './report.mjs'
import { sections } from './vectors/index.mjs'

/**
 * @typedef {import('./vectors/index.mjs').Check} Check
 * @typedef {import('./report.mjs').Run} Run
 */

/**
 * Replaces what is between the two comments `<name>: begin` and `<name>: end` of a file.
 *
 * @param {string} file
 * @param {'conformance' | 'conformance matrix'} name the matrix alone, or every vector with it
 * @param {Check[]} checks
 * @param {Run[]} runs
 */
export function writeTables(file, name, checks, runs) {
  const begin = `<!-- ${name}: begin, written by npm run conformance -->`
  const end = `<!-- ${name}: end -->`
  const text = readFileSync(file, 'utf8')
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) {
    throw new Error(`${file} must hold the lines "${begin}" and "${end}", in this order`)
  }
  const written = name === 'conformance' ? everything(checks, runs) : totals(checks, runs)
  writeFileSync(file, `${before}${begin}\n\n${written}\n\n${end}${after}`)
}

/** @param {Check[]} checks @param {Run[]} runs */
function everything(checks, runs) {
  const lists = sections.map((section) => details(section, checks, runs))
  return [totals(checks, runs), ...lists].join('\n\n')
}

/** @param {Check[]} checks @param {Run[]} runs */
function totals(checks, runs) {
  const { rows, totals: sums } = matrix(checks, runs)
  const names = runs.map(({ adapter, version }) => `${adapter} ${version}`.trim())
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, Node ${process.version}, ${process.platform} ${process.arch}. Passed of all checks:

${table(['', ...names], [...rows, ...sums.map((cells) => cells.map((cell) => `**${cell}**`))])}`
}

/** @param {(typeof sections)[number]} section @param {Check[]} checks @param {Run[]} runs */
function details({ name, title, vectors }, checks, runs) {
  const rows = vectors.map((vector) => [
    `\`${vector.id}\``,
    escaped(vector.claim),
    escaped(`${vector.source} (${vector.standing})`),
    ...runs.map((run) => verdictOf(vector.id, checks, run)),
  ])
  const head = ['vector', 'claim', 'source', ...runs.map(({ adapter }) => adapter)]
  return `<details><summary>${title} (${name}, ${vectors.length} vectors)</summary>\n\n${table(head, rows)}\n\n</details>`
}

/** Passed, or the modes in which it failed. @param {string} id @param {Check[]} checks @param {Run} run */
function verdictOf(id, checks, { verdicts }) {
  const own = checks.flatMap(({ vector, mode }, i) =>
    vector.id === id ? [{ mode, isPassed: verdicts[i]?.length === 0 }] : [],
  )
  const failed = own.filter(({ isPassed }) => !isPassed).map(({ mode }) => mode)
  if (own.length === 0) return ''
  if (failed.length === 0) return 'yes'
  return failed.length === own.length ? '**no**' : `**no** in ${failed.join()}`
}

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[|<>*_[\]\\`]/g, '\\$&')
}
