import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAdapter } from '../../scripts/build.mjs'

const RUN = fileURLToPath(new URL('../../bench/soak/invocations/run.mjs', import.meta.url))
const TIMEOUT_MS = 120_000

interface Ended {
  readonly code: number | null
  readonly printed: string
}

async function soak(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [RUN, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, printed: stdout + stderr })
    })
  })
}

beforeAll(async () => {
  await buildAdapter()
}, TIMEOUT_MS)

describe('a soak of a few thousand invocations', () => {
  it(
    'passes, and says how far it is and what it found',
    async () => {
      const { code, printed } = await soak('--invocations', '6000', '--seed', '7')
      expect(printed).toMatch(/^6000 invocations, 100 at a time, seed 7\.$/m)
      expect(printed).toMatch(/^ 50 %, 3000 invocations, \d+\/s, \d+ s left, heap .*, problems 0$/m)
      expect(printed).toMatch(/^flat, and every answer its own$/m)
      expect(code).toBe(0)
    },
    TIMEOUT_MS,
  )

  it.each([
    ['leak', /^ {2}the heap grew by [3-9]\.\d\d MB/m],
    ['rejection', /^ {2}unhandled rejection: Error: planted$/m],
    ['mix-up', /AssertionError/],
    ['timer', /^ {2}handle Timeout: \d+ -> \d+$/m],
    ['listener', /^ {2}process listeners to beforeExit: \d+ -> \d+$/m],
  ])(
    'fails with a %s in it',
    async (plant, problem) => {
      const { code, printed } = await soak('--invocations', '3000', '--plant', plant)
      expect(printed).toMatch(problem)
      expect(printed).toMatch(/^problems: \d+$/m)
      expect(code).toBe(1)
    },
    TIMEOUT_MS,
  )
})

describe('the command line of the soak', () => {
  it.each([
    [['--invocations', '10'], '--invocations: "10" is not a whole number of 2000 or more'],
    [['--invocations', 'many'], '--invocations: "many" is not a whole number of 2000 or more'],
    [['--seed', '1.5'], '--seed: "1.5" is not a whole number of 0 or more'],
    [
      ['--plant', 'rose'],
      '--plant: no fault "rose"; there are leak, rejection, mix-up, timer, listener',
    ],
  ])('%s is refused with what it takes', async (args, message) => {
    const { code, printed } = await soak(...args)
    expect(printed.trim()).toBe(message)
    expect(code).toBe(2)
  })
})
