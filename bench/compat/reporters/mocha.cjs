// A reporter for any version of mocha: one line of JSON for each outcome, written as it comes, into the file that the
// environment names. A run that crashes half-way leaves what it knew.
const { appendFileSync } = require('node:fs')

// As they are before any test has put something in their place.
const { stringify } = JSON
const file = process.env['COMPAT_OUTCOMES'] ?? ''

/**
 * @typedef {{ type: string, file?: string, parent?: Test, fullTitle(): string }} Test
 * @typedef {{ on(event: string, listen: (test: Test, error?: Error) => void): void }} Runner
 */

/** @param {Runner} runner */
module.exports = function OutcomeReporter(runner) {
  /** @param {object} outcome */
  const write = (outcome) => {
    appendFileSync(file, `${stringify(outcome)}\n`)
  }
  /** @type {Map<Test, number>} */
  const numbers = new Map()
  /** @param {Test} test @param {string} state @param {Error} [error] */
  const tell = (test, state, error) => {
    // A test that passed may fail afterwards: the same number again.
    const number = numbers.get(test) ?? numbers.size
    numbers.set(test, number)
    const told = error && { error: String(error.stack ?? error) }
    write({ number, file: fileOf(test), title: test.fullTitle(), state, ...told })
  }
  runner.on('pass', (test) => tell(test, 'pass'))
  runner.on('pending', (test) => tell(test, 'skip'))
  runner.on('fail', (test, error) => tell(test, test.type === 'hook' ? 'hook' : 'fail', error))
  runner.on('end', () => write({ end: true }))
}

/** @param {Test} test @returns {string | undefined} */
function fileOf({ file: own, parent }) {
  return own ?? (parent && fileOf(parent))
}
