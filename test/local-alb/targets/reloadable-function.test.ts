import { describe, expect, it } from 'vitest'
import type { InvokeOutcome, LambdaFunction } from 'local-alb'
import { ReloadableFunction } from '../../../packages/local-alb/src/targets/reloadable-function.js'

/** A function whose invocations end when the test says so. */
class HeldFunction implements LambdaFunction {
  readonly label: string
  closed = 0
  readonly #held: ((outcome: InvokeOutcome) => void)[] = []

  constructor(label: string) {
    this.label = label
  }

  invoke(): Promise<InvokeOutcome> {
    return new Promise((resolve) => {
      this.#held.push(resolve)
    })
  }

  /** Ends the eldest invocation. */
  release(): void {
    this.#held.shift()?.({
      kind: 'success',
      payload: JSON.stringify(this.label),
      invocation: { requestId: '1', coldStart: false, durationMs: 1, logs: [] },
    })
  }

  async close(): Promise<void> {
    this.closed += 1
  }
}

const request = { payload: '{}' }

describe('ReloadableFunction', () => {
  it('invokes the new version from now on, and lets the old one end what it began', async () => {
    const [old, next] = [new HeldFunction('old'), new HeldFunction('next')]
    const fn = new ReloadableFunction(old)
    const begun = [fn.invoke(request), fn.invoke(request)]
    await fn.replace(next)
    expect(fn.label).toBe('next')
    const later = fn.invoke(request)
    expect(old.closed).toBe(0)

    old.release()
    expect(await begun[0]).toMatchObject({ payload: '"old"' })
    expect(old.closed).toBe(0)
    old.release()
    expect(await begun[1]).toMatchObject({ payload: '"old"' })
    expect(old.closed).toBe(1)

    next.release()
    expect(await later).toMatchObject({ payload: '"next"' })
    expect(next.closed).toBe(0)
  })

  it('closes an old version at once that has nothing to end', async () => {
    const [old, next] = [new HeldFunction('old'), new HeldFunction('next')]
    const fn = new ReloadableFunction(old)
    const done = fn.invoke(request)
    old.release()
    await done
    expect(old.closed).toBe(0)
    await fn.replace(next)
    expect([old.closed, next.closed]).toEqual([1, 0])
  })

  it('lets each of several versions end by itself', async () => {
    const versions = ['a', 'b', 'c'].map((label) => new HeldFunction(label))
    const [a, b, c] = versions as [HeldFunction, HeldFunction, HeldFunction]
    const fn = new ReloadableFunction(a)
    const first = fn.invoke(request)
    await fn.replace(b)
    const second = fn.invoke(request)
    await fn.replace(c)
    b.release()
    await second
    expect(versions.map(({ closed }) => closed)).toEqual([0, 1, 0])
    a.release()
    await first
    expect(versions.map(({ closed }) => closed)).toEqual([1, 1, 0])
  })

  it('closes the version in use and those that still work', async () => {
    const [old, next] = [new HeldFunction('old'), new HeldFunction('next')]
    const fn = new ReloadableFunction(old)
    void fn.invoke(request)
    await fn.replace(next)
    await fn.close()
    expect(old.closed).toBeGreaterThan(0)
    expect(next.closed).toBeGreaterThan(0)
  })
})
