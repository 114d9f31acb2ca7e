import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { PLANTS } from '../../bench/fuzz/plants.mjs'

vi.setConfig({ testTimeout: 300_000 })

const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url))

interface Ended {
  readonly code: number
  readonly output: string
}

/** Runs the fuzzer to its end, or to its first difference. */
async function fuzz(...args: readonly string[]): Promise<Ended> {
  try {
    const { stdout } = await promisify(execFile)('node', ['fuzz/run.mjs', ...args], { cwd: BENCH })
    return { code: 0, output: stdout }
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string }
    return { code, output: stdout }
  }
}

describe('the fuzzer', () => {
  it('finds no difference where none is planted, and says what it has used', async () => {
    const { code, output } = await fuzz('--seed', '1', '--minutes', '0.3')
    expect(output).toMatch(/\d+ apps, \d+ requests, 0 differences\n\nUsed in how many places:\n/)
    expect(code).toBe(0)
  })

  it.each(Object.keys(PLANTS))('finds an adapter that %s', async (plant) => {
    const { code, output } = await fuzz('--seed', '1', '--minutes', '2', '--plant', plant)
    expect(code).toBe(1)
    const [, aspect, again = ''] =
      /^A difference in (\w+), at request \d\. Again: npm run fuzz -- (.*)$/m.exec(output) ?? []
    expect(['answer', 'seen', 'notes', 'problems']).toContain(aspect)
    expect(output).toContain('On a plain server:')
    // The same case again shows the same.
    const rerun = await fuzz(...again.split(' '), '--plant', plant)
    expect(rerun.code).toBe(1)
    expect(rerun.output).toContain(`A difference in ${aspect}`)
    // Without the fault it is all right.
    expect((await fuzz(...again.split(' '))).code).toBe(0)
  })

  it('tries another adapter, given as a file', async () => {
    const adapter = fileURLToPath(new URL('./deaf-adapter.mjs', import.meta.url))
    const { code, output } = await fuzz('--seed', '1', '--minutes', '1', '--adapter', adapter)
    expect(output).toContain('A difference in')
    expect(code).toBe(1)
  })
})
