import { fileURLToPath } from 'node:url'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.js'

/** What takes longest, slowest last: as long as all the others together. */
const SLOW = [
  'response/socket',
  'result/cookies',
  'limits/oversize-hook',
  'events/fuzz',
  'request/client-identity',
  'response/events',
  'limits/compression',
  'failures/many',
  'limits/edge',
]

const slow = SLOW.map((name) => `test/adapter/${name}.test.ts`)
/** Else only what is not slow. */
const isSlow = process.env['MUTATION_TESTS'] === 'slow'

/** The last of the others, slowest last. */
const LAST = [
  'properties/response-calls',
  'failures/deadline',
  'failures/disconnect',
  'response/back-pressure',
  ...SLOW,
]

const rank = ({ moduleId }: TestSpecification): number =>
  LAST.findIndex((name) => moduleId.includes(`test/adapter/${name}.`))

/** Quick files first: a mutant is done with at the first test that fails. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((a, b) => rank(a) - rank(b)))
  }
}

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: isSlow ? slow : ['test/adapter/**/*.test.ts'],
    exclude: ['**/*.slow.test.ts', ...(isSlow ? [] : slow)],
    isolate: false,
    runner: fileURLToPath(new URL('runner.ts', import.meta.url)),
    testTimeout: 5_000,
    sequence: { sequencer: QuickFirst },
  },
})
