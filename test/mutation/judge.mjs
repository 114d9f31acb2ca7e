// What Stryker's report says, beside what is known of the mutants that live.

/**
 * @typedef {object} Explanation why a mutant may live
 * @property {string} file below packages/adapter/src
 * @property {string} mutator
 * @property {string} code as it stands in the source
 * @property {string} replacement
 * @property {number} [times] how often these stand in the file; once when left out
 * @property {'equivalent' | 'accepted'} verdict
 * @property {string} why
 *
 * @typedef {object} Survivor
 * @property {string} file
 * @property {number} line
 * @property {string} mutator
 * @property {string} code
 * @property {string} replacement
 * @property {Mutant['location']} location
 *
 * @typedef {{ line: number, column: number }} Place
 *
 * @typedef {object} Mutant
 * @property {string} status
 * @property {string} mutatorName
 * @property {string} [replacement]
 * @property {{ start: Place, end: Place }} location
 *
 * @typedef {object} Report as of mutation-testing-report-schema
 * @property {Readonly<Record<string, { source: string, mutants: readonly Mutant[] }>>} files
 *
 * @typedef {object} Tally
 * @property {number} killed a test failed, or the time was up
 * @property {number} lived
 *
 * @typedef {object} Judgement
 * @property {Readonly<Record<string, Tally>>} files
 * @property {readonly (Survivor & { explanation: Explanation })[]} explained
 * @property {readonly Survivor[]} unexplained
 * @property {readonly Explanation[]} stale of mutants that are killed or no more
 */

const PREFIX = 'packages/adapter/src/'
const KILLED = ['Killed', 'Timeout']

/**
 * The first report with what further tests killed.
 *
 * @param {Report} report
 * @param {Report} further of some of its mutants
 * @returns {Report}
 */
export function withFurther(report, further) {
  const keyOf = (/** @type {string} */ path, /** @type {Mutant} */ mutant) =>
    JSON.stringify([path, mutant.mutatorName, mutant.replacement, mutant.location])
  const killed = new Map(
    Object.entries(further.files).flatMap(([path, { mutants }]) =>
      mutants
        .filter(({ status }) => KILLED.includes(status))
        .map((mutant) => [keyOf(path, mutant), mutant.status]),
    ),
  )
  const files = Object.entries(report.files).map(([path, { source, mutants }]) => [
    path,
    {
      source,
      mutants: mutants.map((mutant) => ({
        ...mutant,
        status: killed.get(keyOf(path, mutant)) ?? mutant.status,
      })),
    },
  ])
  return { files: Object.fromEntries(files) }
}

/**
 * @param {Report} report
 * @param {readonly Explanation[]} explanations
 * @param {(file: string) => boolean} isWanted which files to look at
 * @returns {Judgement}
 */
export function judge(report, explanations, isWanted = () => true) {
  /** @type {Record<string, Tally>} */
  const files = {}
  /** @type {Survivor[]} */
  const survivors = []
  for (const [path, { source, mutants }] of Object.entries(report.files)) {
    const file = path.slice(PREFIX.length)
    if (!path.startsWith(PREFIX) || !isWanted(file)) continue
    const lived = mutants.filter(({ status }) => ['Survived', 'NoCoverage'].includes(status))
    const killed = mutants.filter(({ status }) => KILLED.includes(status)).length
    if (killed + lived.length > 0) files[file] = { killed, lived: lived.length }
    survivors.push(...lived.map((mutant) => toSurvivor(file, source, mutant)))
  }
  const left = new Map(explanations.map((it) => [it, it.times ?? 1]))
  /** @type {(Survivor & { explanation: Explanation })[]} */
  const explained = []
  /** @type {Survivor[]} */
  const unexplained = []
  for (const survivor of survivors) {
    const explanation = explanations.find((it) => left.get(it) && isSame(it, survivor))
    if (explanation) {
      left.set(explanation, (left.get(explanation) ?? 0) - 1)
      explained.push({ ...survivor, explanation })
    } else unexplained.push(survivor)
  }
  const stale = explanations.filter((it) => isWanted(it.file) && left.get(it))
  return { files, explained, unexplained, stale }
}

/**
 * A report without some of its mutants, with all else that it holds.
 *
 * @template {Report} R
 * @param {R} report
 * @param {readonly Survivor[]} mutants
 * @returns {R}
 */
export function withoutMutants(report, mutants) {
  const keyOf = (/** @type {Mutant} */ { mutatorName, location, replacement = '' }) =>
    JSON.stringify([mutatorName, location, onOneLine(replacement)])
  const files = Object.entries(report.files).map(([path, held]) => {
    const dropped = mutants
      .filter(({ file }) => PREFIX + file === path)
      .map(({ mutator, ...rest }) => keyOf({ ...rest, status: '', mutatorName: mutator }))
    return [path, { ...held, mutants: held.mutants.filter((it) => !dropped.includes(keyOf(it))) }]
  })
  return { ...report, files: Object.fromEntries(files) }
}

/** @param {string} file @param {string} source @param {Mutant} mutant @returns {Survivor} */
function toSurvivor(file, source, { mutatorName, replacement = '', location }) {
  const { start, end } = location
  const lines = source.split('\n').slice(start.line - 1, end.line)
  // The end first: it may be on the same line.
  lines.push((lines.pop() ?? '').slice(0, end.column - 1))
  lines[0] = (lines[0] ?? '').slice(start.column - 1)
  return {
    file,
    line: start.line,
    mutator: mutatorName,
    code: onOneLine(lines.join('\n')),
    replacement: onOneLine(replacement),
    location,
  }
}

/** @param {string} text */
function onOneLine(text) {
  return text.replace(/\s+/g, ' ').trim()
}

/** @param {Explanation} a @param {Survivor} b */
function isSame(a, b) {
  return (
    a.file === b.file &&
    a.mutator === b.mutator &&
    a.code === b.code &&
    a.replacement === b.replacement
  )
}
