// What the reporters wrote, read back.
import { isAbsolute, relative } from 'node:path'

/**
 * @typedef {'pass' | 'fail' | 'skip'} State
 * @typedef {{ state: State, file: string, title: string, error?: string }} Outcome
 *
 * A run's tests by their names; finished: the runner came to its own end.
 * @typedef {{ tests: Map<string, Outcome>, finished: boolean }} Outcomes
 *
 * @typedef {{ number: number, file?: string, title: string, state: State | 'hook', error?: string, end?: undefined }} Line
 */

/**
 * @param {string} text lines of JSON; a last one cut short is left out
 * @param {string} folder the suite's: names of files are as seen from there
 * @returns {Outcomes}
 */
export function parseOutcomes(text, folder) {
  /** @type {Map<number, Outcome>} */
  const byNumber = new Map()
  let finished = false
  for (const line of text.split('\n').flatMap(parseLine)) {
    if (line.end === true) finished = true
    // A hook is no test; the tests it kept from running are missing, which says enough.
    else if (line.state !== 'hook') byNumber.set(line.number, toOutcome(line, folder))
  }
  return { tests: named(byNumber.values()), finished }
}

/** @param {string} line @returns {(Line | { end: true })[]} */
function parseLine(line) {
  try {
    return [/** @type {Line | { end: true }} */ (JSON.parse(line))]
  } catch {
    return []
  }
}

/** @param {Line} line @param {string} folder @returns {Outcome} */
function toOutcome({ file = '', title, state, error }, folder) {
  return {
    state: state === 'hook' ? 'fail' : state,
    file: (isAbsolute(file) ? relative(folder, file) : file).replaceAll('\\', '/'),
    // Some put a path of this machine into a title.
    title: title.replaceAll(folder, '.'),
    ...(error !== undefined && { error }),
  }
}

/** Tests of the same name are told apart by their number. @param {Iterable<Outcome>} outcomes */
function named(outcomes) {
  /** @type {Map<string, Outcome>} */
  const tests = new Map()
  /** @type {Map<string, number>} */
  const seen = new Map()
  for (const outcome of outcomes) {
    const name = `${outcome.file} › ${outcome.title}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    tests.set(count === 1 ? name : `${name} #${count}`, outcome)
  }
  return tests
}

/** @param {Outcomes} outcomes @returns {string[]} */
export function passing({ tests }) {
  return [...tests].flatMap(([name, { state }]) => (state === 'pass' ? [name] : []))
}

/** @param {Outcomes} outcomes */
export function countStates({ tests }) {
  const counts = { pass: 0, fail: 0, skip: 0 }
  for (const { state } of tests.values()) counts[state] += 1
  return counts
}
