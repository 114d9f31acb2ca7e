import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const adapterSource = (file: string): string =>
  fileURLToPath(new URL(`./packages/adapter/src/${file}`, import.meta.url))

export default defineConfig({
  resolve: {
    // Tests import the packages by their public names and get the sources, never a stale build.
    // Exact matches only: a prefix match would turn `express-alb/testing` into `index.ts/testing`.
    alias: [
      { find: /^express-alb$/, replacement: adapterSource('index.ts') },
      { find: /^express-alb\/testing$/, replacement: adapterSource('testing.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // One process per file: tests here look at process-wide things (sockets, timers, async hooks, warnings).
    pool: 'forks',
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
