import { describe, expect, it, vi } from 'vitest'
import type { LogLine } from '../../../packages/local-alb/src/targets/lambda-function.js'
import { CLIENTS, failureOf, invoke, open, resultOf, stateOf } from './functions.js'

const WAIT = { timeout: 5_000, interval: 10 }

/** The system takes its time to stop a process that it has told to. */
async function untilStopped(pid: number): Promise<void> {
  await vi.waitFor(() => {
    expect(stateOf(pid)).toBe('stopped')
  }, WAIT)
}

/** Answers its process, and how often this environment was used; waits for what it is told to. */
const COUNTING = `
  let count = 0
  export const handler = async ({ ms = 0 }) => {
    count += 1
    console.log('started')
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { pid: process.pid, count }
  }`

interface Counted {
  readonly pid: number
  readonly count: number
}

describe.each(CLIENTS)('environments run by %s', (runtimeClient) => {
  it('are used again, one after the other', async () => {
    const fn = open(COUNTING, { runtimeClient })
    const first = await invoke(fn)
    const { pid } = JSON.parse(first.kind === 'success' ? first.payload : '{}') as Counted
    expect(first.invocation).toMatchObject({ coldStart: true, initMs: expect.any(Number) })
    for (const count of [2, 3, 4]) {
      const outcome = await invoke(fn)
      expect(outcome).toMatchObject({
        payload: JSON.stringify({ pid, count }),
        invocation: { coldStart: false, environment: first.invocation.environment },
      })
      expect(outcome.invocation.initMs).toBe(undefined)
    }
  })

  it('take one invocation each, up to the concurrency limit; then Lambda throttles', async () => {
    const fn = open(COUNTING, { runtimeClient, concurrency: 2 })
    const outcomes = await Promise.all([0, 1, 2].map(async () => invoke(fn, { ms: 100 })))
    expect(outcomes.map(({ kind }) => kind)).toEqual(['success', 'success', 'throttled'])
    expect(outcomes[2]).toMatchObject({
      explanation: expect.stringContaining('2 environments are busy'),
      invocation: { coldStart: false, durationMs: 0, logs: [] },
    })
    expect(outcomes[2]?.invocation).not.toHaveProperty('environment')
    const results = outcomes.flatMap((each) =>
      each.kind === 'success' ? [JSON.parse(each.payload) as Counted] : [],
    )
    expect(results.map(({ count }) => count)).toEqual([1, 1])
    expect(new Set(results.map(({ pid }) => pid)).size).toBe(2)
    // Nobody is in the way any more, and the environments are there.
    expect(await invoke(fn)).toMatchObject({ kind: 'success', invocation: { coldStart: false } })
  })
})

it('takes the environment that was used last', async () => {
  const fn = open(COUNTING)
  const order: unknown[] = []
  await Promise.all(
    [1, 50].map(async (ms) => order.push((await invoke(fn, { ms })).invocation.environment)),
  )
  expect(new Set(order).size).toBe(2)
  for (let n = 0; n < 3; n += 1) {
    expect((await invoke(fn)).invocation.environment).toBe(order[1])
  }
})

it('ends environments that are idle for long', async () => {
  const fn = open(COUNTING, { idleSeconds: 0.05, concurrency: 1 })
  const { pid } = (await resultOf(fn)) as Counted
  await vi.waitFor(() => {
    expect(stateOf(pid)).toBe('gone')
  }, WAIT)
  expect(await resultOf(fn)).toMatchObject({ count: 1 })
})

describe('between invocations', () => {
  /** Counts the turns of a timer that nobody waits for. */
  const TICKING = `
    let ticks = 0
    export const handler = async () => {
      const before = ticks
      if (ticks === 0) setInterval(() => { ticks += 1; console.log('tick') }, 10)
      await new Promise((resolve) => setTimeout(resolve, 1))
      return { before, pid: process.pid }
    }`

  it('an environment stands still; what it left undone goes on with the next', async () => {
    const ticks: LogLine[] = []
    const frozen = open(TICKING)
    const awake = open(TICKING, { freeze: false, onLog: (line) => ticks.push(line) })
    const { pid } = (await resultOf(frozen)) as { pid: number }
    await resultOf(awake)
    await untilStopped(pid)
    // The same code, not frozen, says when enough time has passed.
    await vi.waitFor(() => {
      expect(ticks.filter(({ text }) => text.endsWith('tick')).length).toBeGreaterThan(20)
    }, WAIT)
    expect(await resultOf(awake)).toMatchObject({ before: expect.toSatisfy((n) => n > 20) })
    // The timers that are due fire once when it goes on.
    expect(await resultOf(frozen)).toMatchObject({ before: expect.toSatisfy((n) => n <= 3) })
    await untilStopped(pid)
  })

  it('an environment that is not frozen and dies is replaced', async () => {
    const fn = open(
      `export const handler = ({ die }) => {
         if (die) setTimeout(() => process.exit(1), 50)
         return { pid: process.pid, count: 1 }
       }`,
      { freeze: false },
    )
    const { pid } = (await resultOf(fn, { die: true })) as Counted
    await vi.waitFor(() => {
      expect(stateOf(pid)).toBe('gone')
    }, WAIT)
    // Its end may be known a moment later than it can be seen.
    await vi.waitFor(async () => {
      expect(await invoke(fn)).toMatchObject({ kind: 'success', invocation: { coldStart: true } })
    }, WAIT)
  })
})

describe('a function that is closed', () => {
  it('leaves no process behind, frozen, running or started by the function', async () => {
    const fn = open(`
      import { spawn } from 'node:child_process'
      export const handler = async ({ ms }) => {
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
        console.log('pids', process.pid, child.pid)
        if (ms) await new Promise((resolve) => setTimeout(resolve, ms))
        return [process.pid, child.pid]
      }`)
    const lines: string[] = []
    const busy = open(
      `export const handler = () => { console.log('pids', process.pid); return new Promise(() => setInterval(() => {}, 1000)) }`,
      { onLog: (line) => lines.push(line.text) },
    )
    const pids = (await resultOf(fn)) as number[]
    for (const pid of pids) await untilStopped(pid)
    const running = failureOf(busy)
    await vi.waitFor(() => {
      expect(lines.join('\n')).toContain('pids')
    }, WAIT)
    const [, running1] = /pids (\d+)/.exec(lines.join('\n')) ?? []
    await Promise.all([fn.close(), busy.close(), busy.close()])
    expect(await running).toMatchObject({ errorType: 'Sandbox.Failure' })
    expect(stateOf(Number(running1))).toBe('gone')
    // Its children are the system's to clean up.
    await vi.waitFor(() => {
      expect(pids.map(stateOf)).toEqual(['gone', 'gone'])
    }, WAIT)
    // Somebody listens again, for instance: it starts anew.
    expect(await invoke(fn)).toMatchObject({ kind: 'success', invocation: { coldStart: true } })
  })

  it('ends what is just starting, and does not take that for a failure to start', async () => {
    const errors: unknown[] = []
    const fn = open(COUNTING, { concurrency: 1, onInitError: (error) => errors.push(error) })
    const starting = failureOf(fn)
    await fn.close()
    expect(await starting).toMatchObject({ errorType: 'Sandbox.Failure' })
    const preparing = fn.initialise?.()
    await fn.close()
    expect(await preparing).toMatchObject({ errorType: 'Sandbox.Failure' })
    expect(errors).toEqual([])
    expect(await resultOf(fn)).toMatchObject({ count: 1 })
  })
})

describe('a function that is initialised ahead', () => {
  it('is frozen until its first invocation, which has what it wrote and no cold start', async () => {
    const lines: string[] = []
    const fn = open(`console.log('loading', process.pid)\n${COUNTING}`, {
      onLog: ({ text }) => lines.push(text),
    })
    expect(await fn.initialise?.()).toBe(undefined)
    const pid = Number(/loading (\d+)/.exec(lines.join('\n'))?.[1])
    await untilStopped(pid)
    const outcome = await invoke(fn)
    expect(outcome).toMatchObject({
      payload: JSON.stringify({ pid, count: 1 }),
      invocation: { coldStart: false },
    })
    expect(outcome.invocation.logs.map(({ text }) => text)).toEqual(lines)
    expect(lines[0]).toMatch(/^INIT_START/)
    // It is there already.
    expect(await fn.initialise?.()).toBe(undefined)
    expect(await resultOf(fn)).toEqual({ pid, count: 2 })
  })

  it('keeps the invocations that come meanwhile', async () => {
    const fn = open(COUNTING, { concurrency: 1 })
    const [, result] = await Promise.all([fn.initialise?.(), resultOf(fn)])
    expect(result).toMatchObject({ count: 1 })
  })

  it('says what is wrong with it', async () => {
    const fn = open(`console.log('so far'); throw new RangeError('no database')`)
    const error = await fn.initialise?.()
    expect(error).toMatchObject({ errorType: 'RangeError', errorMessage: 'no database' })
    expect(error?.logs?.map(({ text }) => text).join('\n')).toContain('so far')
    expect(await failureOf(fn)).toMatchObject({ errorType: 'RangeError' })
  })
})
