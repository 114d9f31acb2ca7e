import { fileURLToPath } from 'node:url'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.js'

const isQuick = process.env['MUTATION_TESTS'] === 'quick'

/** What takes longest, slowest last: as long as all the others together. */
const SLOW = [
  'properties/response-calls',
  'failures/deadline',
  'failures/disconnect',
  'response/back-pressure',
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

const rank = ({ moduleId }: TestSpecification): number =>
  SLOW.findIndex((name) => moduleId.includes(`test/adapter/${name}.`))

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
    include: ['test/adapter/**/*.test.ts'],
    exclude: [
      '**/*.slow.test.ts',
      ...(isQuick ? SLOW.slice(4).map((name) => `test/adapter/${name}.test.ts`) : []),
    ],
    isolate: false,
    runner: fileURLToPath(new URL('runner.ts', import.meta.url)),
    testTimeout: 5_000,
    sequence: { sequencer: QuickFirst },
  },
})
