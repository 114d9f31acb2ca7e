// A reporter for vitest 3 and later: one line of JSON for each outcome, written as it comes.
import { appendFileSync } from 'node:fs'

/**
 * @typedef {{ fullName: string, module: { moduleId: string }, result(): { state: string, errors?: readonly { stack?: string, message: string }[] } }} TestCase
 */

// oxlint-disable-next-line import/no-default-export -- vitest takes that one
export default class OutcomeReporter {
  #number = 0

  /** @param {TestCase} test */
  onTestCaseResult(test) {
    const { state, errors = [] } = test.result()
    const [error] = errors
    this.#write({
      number: this.#number++,
      file: test.module.moduleId,
      title: test.fullName,
      state: { passed: 'pass', failed: 'fail' }[state] ?? 'skip',
      ...(error && { error: error.stack ?? error.message }),
    })
  }

  onTestRunEnd() {
    this.#write({ end: true })
  }

  /** @param {object} outcome */
  #write(outcome) {
    appendFileSync(process.env['COMPAT_OUTCOMES'] ?? '', `${JSON.stringify(outcome)}\n`)
  }
}
