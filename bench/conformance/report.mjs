// Verdicts into text.
import { isDeepStrictEqual } from 'node:util'
import { MODES, sections } from './vectors/index.mjs'

/**
 * @typedef {import('./vectors/index.mjs').Check} Check
 * @typedef {import('./judge.mjs').Difference} Difference
 * @typedef {{ adapter: string, version: string, verdicts: Difference[][] }} Run verdicts in the order of the checks
 */

/**
 * Passed and all checks of a section in a mode; without one of them, of all.
 *
 * @param {Check[]} checks
 * @param {Run} run
 * @param {{ section?: string, mode?: string }} [of]
 */
export function count(checks, { verdicts }, { section, mode } = {}) {
  const chosen = checks.flatMap((check, i) =>
    (section ?? check.section) === check.section && (mode ?? check.mode) === check.mode ? [i] : [],
  )
  return { passed: chosen.filter((i) => verdicts[i]?.length === 0).length, all: chosen.length }
}

/** @param {Check[]} checks @param {Run[]} runs */
export function matrix(checks, runs) {
  const rows = sections
    .map(({ name, title }) => [
      title,
      ...runs.map((run) => share(count(checks, run, { section: name }))),
    ])
    .filter(([, first]) => first !== '')
  const modes = MODES.map((mode) => [
    `${mode}-value mode`,
    ...runs.map((run) => share(count(checks, run, { mode }))),
  ]).filter(([, first]) => first !== '')
  const all = ['all checks', ...runs.map((run) => share(count(checks, run)))]
  return { head: ['', ...runs.map(({ adapter }) => adapter)], rows, totals: [...modes, all] }
}

/** @param {Check[]} checks @param {Run[]} runs */
export function printedMatrix(checks, runs) {
  const { head, rows, totals } = matrix(checks, runs)
  const lines = [head, ...rows, ...totals]
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? '').length)))
  return lines
    .map((cells) =>
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

/** What an adapter failed, with expected and got when it is to be told. @param {Check[]} checks @param {Run} run @param {boolean} verbose */
export function failures(checks, { adapter, verdicts }, verbose) {
  const lines = checks.flatMap(({ section, vector, mode }, i) => {
    const differences = verdicts[i] ?? []
    if (differences.length === 0) return []
    const line = `  ${section}/${vector.id} (${mode}): ${vector.claim}`
    if (!verbose) return [line]
    return [
      line,
      `      by ${vector.source} (${vector.standing})`,
      ...differences.flatMap(({ where, expected, got }) =>
        isDeepStrictEqual(expected, got)
          ? []
          : [
              `      ${where}: expected ${show(expected)}`,
              `      ${' '.repeat(where.length)}       got ${show(got)}`,
            ],
      ),
    ]
  })
  return lines.length === 0 ? '' : `${adapter} fails\n${lines.join('\n')}\n`
}

/** @param {unknown} value */
export function show(value) {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text
}

/** @param {{ passed: number, all: number }} counted */
function share({ passed, all }) {
  return all === 0 ? '' : `${passed}/${all}`
}
