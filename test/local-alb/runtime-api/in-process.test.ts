import { describe, expect, it, vi } from 'vitest'
import {
  createInProcessFunction,
  type Handler,
  type InProcessOptions,
  type LambdaContext,
} from '../../../packages/local-alb/src/targets/in-process.js'
import { failureOf, invoke, resultOf } from './functions.js'

const open = (handler: Handler, options: InProcessOptions = {}) =>
  createInProcessFunction(handler, options)

const forever = async (): Promise<never> => new Promise(() => {})

describe('a handler in this process', () => {
  it('has an event of its own, and answers through JSON', async () => {
    const fn = open(async (event) => {
      const seen = JSON.stringify(event)
      Object.assign(event as object, { changed: true })
      return { seen, none: undefined, date: new Date(0) }
    })
    for (let n = 0; n < 2; n += 1) {
      expect(await fn.invoke({ payload: '{"a":["é"]}' })).toEqual({
        kind: 'success',
        payload: '{"seen":"{\\"a\\":[\\"é\\"]}","date":"1970-01-01T00:00:00.000Z"}',
        invocation: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          environment: 'in-process',
          coldStart: false,
          durationMs: expect.any(Number),
          logs: [],
        },
      })
    }
  })

  it.each([
    ['nothing', () => {}, 'null'],
    ['null', () => null, 'null'],
    ['a value that is no promise', () => [1], '[1]'],
    ['a promise', async () => 'x', '"x"'],
  ])('may return %s', async (_title, handler, payload) => {
    expect(await invoke(open(handler))).toMatchObject({ kind: 'success', payload })
  })

  it('has the context that Lambda gives', async () => {
    let seen: LambdaContext | undefined
    const fn = open(
      (_event, context: LambdaContext) => {
        seen = context
        return context.getRemainingTimeInMillis()
      },
      { functionName: 'orders', memoryMb: 256, timeoutSeconds: 20 },
    )
    const outcome = await fn.invoke({ payload: '{}', traceId: 'Root=1-2-3' })
    expect(seen).toEqual({
      awsRequestId: outcome.invocation.requestId,
      functionName: 'orders',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/orders',
      logStreamName: '[$LATEST]in-process',
      xRayTraceId: 'Root=1-2-3',
      getRemainingTimeInMillis: expect.any(Function),
    })
    const left = outcome.kind === 'success' ? Number(outcome.payload) : NaN
    expect(left).toBeGreaterThan(10_000)
    expect(left).toBeLessThanOrEqual(20_000)
  })

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('too far')
      },
    ],
    ['rejects', async () => Promise.reject(new RangeError('too far'))],
  ])('that %s gives type, message and trace', async (_title, handler) => {
    const failure = await failureOf(open(handler))
    expect(failure).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' })
    expect(failure.trace?.[0]).toBe('RangeError: too far')
    expect(failure.trace?.[1]).toContain('in-process.test.ts')
  })

  it.each([
    ['a string', 'plain', 'string', 'plain'],
    ['undefined', undefined, 'undefined', 'undefined'],
    ['an object without a prototype', Object.create(null), 'handled', /cannot|can be read/],
  ])('may throw %s', async (_title, thrown: unknown, errorType, message) => {
    const failure = await failureOf(
      open(() => {
        throw thrown
      }),
    )
    expect(failure).toMatchObject({ errorType, trace: [] })
    expect(failure.errorMessage).toMatch(message)
  })

  it.each([
    ['a BigInt', 1n, 'Runtime.JSONStringifyError'],
    ['a function', () => {}, 'TypeError'],
    ['a symbol', Symbol('s'), 'TypeError'],
    ['more than 6 MB', 'é'.repeat(3_145_778), 'Function.ResponseSizeTooLarge'],
  ])('fails when it returns %s', async (_title, result, errorType) => {
    expect(await failureOf(open(() => result))).toMatchObject({ errorType })
  })

  it('may return 6 MB, counted in bytes', async () => {
    const outcome = await invoke(open(() => 'é'.repeat(3_145_777)))
    expect(outcome.kind).toBe('success')
  })

  it('runs out of time, each by its own beginning, and is not heard any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
    try {
      const late: ((answer: string) => void)[] = []
      const fn = open(
        async (event) => {
          if (event === 'quick') return event
          return new Promise((resolve) => {
            late.push(resolve)
          })
        },
        { timeoutSeconds: 3 },
      )
      const settled: string[] = []
      const watch = async (name: string): Promise<void> => {
        const outcome = await invoke(fn)
        settled.push(`${name} ${outcome.kind === 'function-error' ? outcome.errorMessage : '?'}`)
      }
      const all = [watch('first')]
      await vi.advanceTimersByTimeAsync(1000)
      all.push(watch('second'))
      await vi.advanceTimersByTimeAsync(1999)
      expect(settled).toEqual([])
      await vi.advanceTimersByTimeAsync(1)
      const timedOut = /^first RequestId: [0-9a-f-]{36} Error: Task timed out after 3\.00 seconds$/
      expect(settled).toEqual([expect.stringMatching(timedOut)])
      expect(await resultOf(fn, 'quick')).toBe('quick')
      await vi.advanceTimersByTimeAsync(1000)
      expect(settled).toHaveLength(2)
      for (const answer of late) answer('late')
      await Promise.all(all)
      expect(settled).toHaveLength(2)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is throttled beyond its concurrency, and only then', async () => {
    let release = (): void => {}
    const held = async (): Promise<void> =>
      new Promise((resolve) => {
        release = resolve
      })
    const fn = open(held, { concurrency: 1 })
    const first = invoke(fn)
    expect(await invoke(fn)).toMatchObject({
      kind: 'throttled',
      explanation: expect.stringContaining('1 environment is busy'),
    })
    release()
    expect(await first).toMatchObject({ kind: 'success' })
    const second = invoke(fn)
    release()
    expect(await second).toMatchObject({ kind: 'success' })
  })

  it('ends what still runs when it is closed, and starts anew with the next event', async () => {
    const fn = open(async (event) => (event === 'quick' ? event : forever()), {
      timeoutSeconds: 0.05,
    })
    const running = failureOf(fn)
    await fn.close()
    await fn.close()
    expect(await running).toMatchObject({ errorType: 'Sandbox.Failure' })
    expect(await resultOf(fn, 'quick')).toBe('quick')
    expect(await failureOf(fn)).toMatchObject({ errorType: 'Sandbox.Timedout' })
  })

  it('has a name for people', () => {
    expect(open(forever).label).toBe('forever')
    expect(open(forever, { label: 'app' }).label).toBe('app')
    expect(open((() => () => {})()).label).toBe('handler')
  })

  it.each([
    [
      'expects a callback',
      (_event: unknown, _context: unknown, _callback: unknown) => {},
      {},
      /declares 3 parameters.*Node\.js 24/,
    ],
    ['is missing', undefined, {}, /^The handler is undefined; it must be a function/],
    ['has no time', forever, { timeoutSeconds: 0 }, /^timeoutSeconds is 0;/],
    ['may never run', forever, { concurrency: NaN }, /^concurrency is NaN;/],
  ])('is refused when it %s', (_title, handler, options, message) => {
    expect(() => open(handler as Handler, options)).toThrow(message)
  })
})
