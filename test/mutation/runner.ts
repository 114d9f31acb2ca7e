import { test, TestRunner } from 'vitest'

/**
 * Vitest's runner, for a worker that runs all files without isolation. It loads no further file once a test has failed:
 * Vitest's own loads them all, only to skip their tests, which is most of the time that a mutant takes. And a file that
 * cannot be loaded is a test that fails: Stryker looks at tests only, and would say that the mutant lives.
 */
// oxlint-disable-next-line import/no-default-export -- what vitest reads
export default class extends TestRunner {
  #isOver = false

  override cancel(reason: Parameters<TestRunner['cancel']>[0]): void {
    this.#isOver = true
    super.cancel(reason)
  }

  override async importFile(...args: Parameters<TestRunner['importFile']>): Promise<unknown> {
    if (this.#isOver) return undefined
    try {
      return await super.importFile(...args)
    } catch (error) {
      test('the file can be loaded', () => {
        throw error
      })
      return undefined
    }
  }
}
