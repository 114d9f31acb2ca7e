import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (file: string): string =>
  fileURLToPath(new URL(`./packages/${file}`, import.meta.url))

const isSlow = process.env['TEST_SLOW'] !== undefined

export default defineConfig({
  resolve: {
    // Tests import the packages by their public names and get the sources, never a stale build.
    // Exact matches only: a prefix match would turn `express-alb/testing` into `index.ts/testing`.
    alias: [
      { find: /^express-alb$/, replacement: source('adapter/src/index.ts') },
      { find: /^express-alb\/testing$/, replacement: source('adapter/src/testing.ts') },
      { find: /^local-alb$/, replacement: source('local-alb/src/index.ts') },
      { find: /^express-alb-deploy\/cdk$/, replacement: source('deploy/cdk/index.ts') },
    ],
  },
  test: {
    // Tests that start databases, other test runners, judges in other languages or whole deployments take longer than all
    // the rest together, and so do the long ones of commands and in a browser: `npm run test:slow`, and `.ci/run`.
    include: isSlow ? ['test/**/*.slow.test.ts'] : ['test/**/*.test.ts'],
    exclude: isSlow ? [] : ['test/**/*.slow.test.ts'],
    environment: 'node',
    // One process per file: tests here look at process-wide things (sockets, timers, async hooks, warnings).
    pool: 'forks',
    // Many tests wait for other processes, so one worker more than there are processors. Slow tests fill theirs.
    maxWorkers: isSlow ? Math.max(2, availableParallelism() - 1) : availableParallelism() + 1,
    testTimeout: 10_000,
    hookTimeout: 30_000,
    // A test that only passes alone, a forgotten `.only`, or a rejection nobody handled must fail the run.
    allowOnly: false,
    dangerouslyIgnoreUnhandledErrors: false,
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
    },
  },
})
