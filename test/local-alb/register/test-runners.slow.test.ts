import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bin, build, BUILD_DEADLINE_MS, execArgs, RUN_DEADLINE_MS, runNode } from './processes.js'
import { summaryOf } from './summary-of.js'

const cache = mkdtempSync(join(tmpdir(), 'local-alb-runners-'))

const jest = {
  rootDir: '.',
  testMatch: ['**/globals.suite.cjs'],
  transform: {},
  watchman: false,
  testTimeout: RUN_DEADLINE_MS,
  cacheDirectory: cache,
}

const mocha = [bin('mocha/bin/mocha.js'), `--timeout=${RUN_DEADLINE_MS}`, 'globals.suite.cjs']
const vitest = [bin('vitest/vitest.mjs'), 'run', `--testTimeout=${RUN_DEADLINE_MS}`]
const runners: Readonly<Record<string, readonly string[]>> = {
  'node:test, ES modules': ['--test', 'node.suite.mjs'],
  'node:test, CommonJS': ['--test', 'node.suite.cjs'],
  mocha,
  jest: [bin('jest/bin/jest.js'), '--config', JSON.stringify(jest)],
  vitest: [...vitest, '--pool=forks'],
}

/** The requests of the suite, and what becomes of each. */
const SUMMARY = {
  requests: 7,
  answered: 6,
  abandoned: 0,
  refused: [{ status: 413, errorReason: 'LambdaRequestTooLarge', count: 1 }],
  faults: [],
}

beforeAll(build, BUILD_DEADLINE_MS)
afterAll(() => {
  rmSync(cache, { recursive: true, force: true })
})

describe.concurrent.each(Object.entries(runners))('a suite under %s', (_name, command) => {
  it.each([
    ['single', []],
    ['multi', ['--multi-value-headers']],
  ] as const)(
    'goes through the load balancer in %s-value mode',
    async (mode, options) => {
      const args = execArgs([process.execPath, ...command], '--json', ...options)
      const run = await runNode(args, { SUITE_MODE: mode, SUITE_CACHE: cache })
      expect(run.code, run.stdout + run.stderr).toBe(0)
      expect(summaryOf(run)).toMatchObject({ mode, ...SUMMARY })
    },
    RUN_DEADLINE_MS,
  )
})

describe.concurrent('workers of a test runner', () => {
  it.each([
    ['processes of mocha', [...mocha, '--parallel']],
    ['threads of vitest', [...vitest, '--pool=threads']],
  ])(
    'count: %s',
    async (_name, command) => {
      const args = execArgs([process.execPath, ...command], '--json')
      const run = await runNode(args, { SUITE_MODE: 'single', SUITE_CACHE: cache })
      expect(run.code, run.stdout + run.stderr).toBe(0)
      expect(summaryOf(run)).toMatchObject(SUMMARY)
    },
    RUN_DEADLINE_MS,
  )
})
