// How Stryker mutates the adapter: https://stryker-mutator.io/docs/stryker-js/configuration/
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Which tests this run has: `quick` or `slow`; and where their results go, which is git-ignored. */
const reports = `coverage/mutation/${process.env['MUTATION_TESTS'] ?? 'quick'}`

// oxlint-disable-next-line import/no-default-export -- what Stryker reads
export default {
  // By its file: pnpm keeps plug-ins where Stryker's own search does not find them.
  plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // TypeScript 7 has no JavaScript API, with which Stryker would rewrite this file for its copy of the tree.
  tsconfigFile: 'none',
  tempDirName: join(tmpdir(), 'express-alb-mutation'),
  cleanTempDir: 'always',
  ignorePatterns: ['dist', 'dist.*', 'coverage', '/docs', '/scripts', '/packages/deploy'],
  incremental: true,
  incrementalFile: `${reports}.incremental.json`,
  reporters: ['progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: `${reports}.json` },
  htmlReporter: { fileName: `${reports}.html` },
  // Generous: on a busy machine a mutant that only takes its time would count as killed.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  // Static mutants are run and not ignored, and that they take long is known.
  warnings: { slow: false },
}
