// Verdicts as tables of a page, which are put between two comments there.

import { SUITES } from './suites.mjs'

/** @typedef {import('./judge.mjs').Verdict} Verdict */

const BEGIN = '<!-- compat: the tables, written by npm run compat -->'
const END = '<!-- compat: end -->'
const MODES = /** @type {const} */ (['single', 'multi'])

/**
 * Of verdicts on the same suite, Node and settings the last one, in the order of {@link SUITES}.
 *
 * @param {readonly Verdict[]} verdicts
 * @returns {Verdict[]}
 */
export function latest(verdicts) {
  const last = new Map(verdicts.map((verdict) => [`${titleOf(verdict)} ${verdict.suite}`, verdict]))
  const order = SUITES.map(({ name }) => name)
  return [...last.values()].toSorted(
    (one, other) => order.indexOf(one.suite) - order.indexOf(other.suite),
  )
}

/**
 * One table for each Node and each kind of settings, a row for each suite.
 *
 * @param {readonly Verdict[]} verdicts
 */
export function toTables(verdicts) {
  const sorted = verdicts.toSorted(
    (one, other) => one.node.localeCompare(other.node) || Number(one.kind) - Number(other.kind),
  )
  const titles = [...new Set(sorted.map(titleOf))]
  return titles
    .map((title) => `**${title}**\n\n${toTable(verdicts.filter((v) => titleOf(v) === title))}`)
    .join('\n\n')
}

/** @param {Verdict} verdict */
function titleOf({ node, kind }) {
  return `Node ${node}, ${kind ? 'kind settings' : 'rules as in AWS'}`
}

/** @param {readonly Verdict[]} verdicts */
function toTable(verdicts) {
  const head = [
    'suite',
    'plain',
    ...MODES.flatMap((mode) => [`${mode}: express-alb`, 'reference', 'only the reference']),
  ]
  const rows = verdicts.map(toRow)
  const sums = head.slice(1).map((_, column) => {
    const numbers = rows.map((row) => Number(row[column + 1])).filter((number) => number >= 0)
    if (numbers.length === 0) return '-'
    return `**${numbers.reduce((sum, number) => sum + number, 0)}**`
  })
  return lines([head, ...rows, ['**all**', ...sums]])
}

/** @param {Verdict} verdict @returns {(string | number)[]} */
function toRow({ suite, version, commit, plain, modes }) {
  /** @type {(string | number)[]} */
  const cells = []
  for (const mode of MODES) {
    const verdict = modes.find((candidate) => candidate.mode === mode)
    if (verdict === undefined) cells.push('-', '-', '-')
    else cells.push(passes(verdict.ours), passes(verdict.reference), verdict.onlyReference.length)
  }
  const where = commit === undefined ? '' : ` (\`${commit}\`)`
  return [`${suite} ${version}${where}`, passes(plain), ...cells]
}

/** @param {import('./judge.mjs').Counts} counts */
function passes({ pass, unfinished }) {
  return unfinished === undefined ? pass : `${pass}, not finished`
}

/** As prettier writes it: the first column to the left, the others to the right. @param {(string | number)[][]} rows */
function lines(rows) {
  const text = rows.map((row) => row.map(String))
  const widths = (text[0] ?? []).map((_, at) =>
    Math.max(...text.map((row) => row[at]?.length ?? 0)),
  )
  const line = (/** @type {string[]} */ row) =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  const [head = [], ...body] = text
  return [line(head), rule, ...body.map(line)].join('\n')
}

/**
 * The page with other tables in it.
 *
 * @param {string} page @param {string} tables
 */
export function replaceTables(page, tables) {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin === -1 || end < begin) {
    throw new Error(
      `--write: the page has no place for the tables: a line ${BEGIN} and after it ${END}`,
    )
  }
  return `${page.slice(0, begin)}${BEGIN}\n\n${tables}\n\n${page.slice(end)}`
}
