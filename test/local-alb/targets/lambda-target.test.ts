import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import {
  type HttpResponse,
  type Refusal,
  RefusedError,
} from '../../../packages/local-alb/src/message.js'
import { type AlbOptions, resolveOptions } from '../../../packages/local-alb/src/options.js'
import {
  createInProcessFunction,
  type Handler,
} from '../../../packages/local-alb/src/targets/in-process.js'
import type {
  InvokeRequest,
  LambdaFunction,
} from '../../../packages/local-alb/src/targets/lambda-function.js'
import { createLambdaTarget } from '../../../packages/local-alb/src/targets/lambda-target.js'
import type { Target, TargetReport } from '../../../packages/local-alb/src/targets/target.js'
import {
  ARN,
  createForwardedRequest,
  type RequestParts,
  valuesOf,
} from '../../helpers/http-request.js'
import { MODES, type Mode } from '../../helpers/modes.js'

function targetOf(
  handler: Handler | LambdaFunction,
  mode: Mode = 'single',
  options: AlbOptions = {},
): Target {
  const fn = typeof handler === 'function' ? createInProcessFunction(handler) : handler
  const group = { arn: ARN, multiValueHeaders: mode === 'multi' }
  // Not checked: a timeout under a second is for tests only.
  return createLambdaTarget(fn, group, { ...resolveOptions(), ...options })
}

function send(
  target: Target,
  parts: RequestParts,
  report: TargetReport = {},
): Promise<HttpResponse> {
  return target.send(createForwardedRequest(parts), report)
}

async function refusalOf(answer: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await answer.then(
    () => new Error('Nothing was refused'),
    (reason: unknown) => reason,
  )
  if (error instanceof RefusedError) return error.refusal
  throw error
}

/** Timers that keep this process alive. */
function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length
}

/** A function that nobody may call. */
const UNCALLED: Handler = () => {
  throw new Error('Invoked')
}

const POST = { method: 'POST', headers: [['Host', 'lb'] as const] }

describe.each(MODES)('a function in %s-value mode', (mode) => {
  it('gets the event and answers, and the report tells all of it', async () => {
    const events: unknown[] = []
    const target = targetOf((event) => {
      events.push(event)
      return { statusCode: 201, body: 'made' }
    }, mode)
    const report: TargetReport = {}
    const before = performance.now()
    const response = await send(target, { ...POST, body: Buffer.from('hello') }, report)
    expect(response).toMatchObject({ status: 201, body: Buffer.from('made') })
    expect(events).toEqual([JSON.parse(report.event ?? '')])
    expect(events[0]).toHaveProperty(mode === 'single' ? 'headers' : 'multiValueHeaders')
    expect(events[0]).toMatchObject({ body: Buffer.from('hello').toString('base64') })
    expect(report).toMatchObject({
      mode,
      result: '{"statusCode":201,"body":"made"}',
      requestBody: Buffer.from('hello'),
      targetStatus: 201,
      invocation: { requestId: expect.any(String) as string },
    })
    expect(report.sentAt).toBeGreaterThanOrEqual(before)
    expect(report.answeredAt).toBeGreaterThanOrEqual(report.sentAt ?? Infinity)
  })

  it('is told the trace of the request', async () => {
    const invokes: InvokeRequest[] = []
    const inner = createInProcessFunction(() => ({ statusCode: 200 }))
    const spy: LambdaFunction = {
      label: 'spy',
      invoke: (request) => {
        invokes.push(request)
        return inner.invoke(request)
      },
      close: () => inner.close(),
    }
    const request = createForwardedRequest()
    await targetOf(spy, mode).send(request, {})
    expect(invokes.map(({ traceId }) => traceId)).toEqual(
      valuesOf(request.headers, 'x-amzn-trace-id'),
    )
  })

  it('that throws is answered with 502 LambdaUnhandled, which names the error', async () => {
    const target = targetOf(() => {
      throw new TypeError('db is undefined')
    }, mode)
    const report: TargetReport = {}
    const refusal = await refusalOf(send(target, {}, report))
    expect(refusal).toMatchObject({ status: 502, errorReason: 'LambdaUnhandled' })
    expect(refusal.explanation).toContain('TypeError: db is undefined')
    expect(JSON.parse(report.result ?? '')).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'db is undefined',
    })
    expect(report).toHaveProperty('invocation')
    expect(report).not.toHaveProperty('targetStatus')
  })

  it('that returns something else is answered with 502, and the report has it', async () => {
    const report: TargetReport = {}
    const target = targetOf(() => Promise.resolve('hello'), mode)
    const refusal = await refusalOf(send(target, {}, report))
    expect(refusal).toMatchObject({ status: 502, errorReason: 'LambdaInvalidResponse' })
    expect(report.result).toBe('"hello"')
  })
})

describe('an invocation', () => {
  it('that is throttled is 502 LambdaThrottling', async () => {
    let release: (result: object) => void = () => {}
    const handler = (): Promise<object> =>
      new Promise((resolve) => {
        release = resolve
      })
    const target = targetOf(createInProcessFunction(handler, { concurrency: 1 }))
    const first = send(target, {})
    const refusal = await refusalOf(send(target, {}))
    release({ statusCode: 200 })
    expect(refusal).toMatchObject({ status: 502, errorReason: 'LambdaThrottling' })
    expect(refusal.explanation).toMatch(/^Lambda throttled the invocation: ./)
    expect((await first).status).toBe(200)
  })

  it('that outlasts the idle timeout ends in 504 when asked for, and is reported once it is over', async () => {
    let release: (result: object) => void = () => {}
    const handler = (): Promise<object> =>
      new Promise((resolve) => {
        release = resolve
      })
    const options = { idleTimeoutEndsInvocation: true, idleTimeoutSeconds: 0.02 }
    const report: TargetReport = {}
    const refusal = await refusalOf(send(targetOf(handler, 'single', options), {}, report))
    expect(refusal.status).toBe(504)
    expect(refusal.explanation).toContain('0.02 s')
    expect(report).not.toHaveProperty('invocation')
    release({ statusCode: 200 })
    await expect.poll(() => report.invocation).toBeDefined()
  })

  it('may outlast the idle timeout by default, and one in time is not cut', async () => {
    const later: Handler = () =>
      new Promise((resolve) => {
        setTimeout(() => {
          resolve({ statusCode: 200 })
        }, 50)
      })
    const slow = targetOf(later, 'single', { idleTimeoutSeconds: 0.01 })
    expect((await send(slow, {})).status).toBe(200)
    const timers = activeTimers()
    const options = { idleTimeoutEndsInvocation: true, idleTimeoutSeconds: 60 }
    expect((await send(targetOf(later, 'single', options), {})).status).toBe(200)
    expect(activeTimers()).toBeLessThanOrEqual(timers)
  })
})

describe('a request body', () => {
  const echo: Handler = (event) => ({
    statusCode: 200,
    body: (event as { body: string }).body,
    isBase64Encoded: true,
  })
  const limit = { requestBodyLimit: 10 }

  it('is put together from its pieces', async () => {
    const body = new PassThrough()
    const answer = send(targetOf(echo), { ...POST, body })
    body.write('one ')
    await new Promise(setImmediate)
    body.write('two ')
    body.end('three')
    expect((await answer).body).toEqual(Buffer.from('one two three'))
  })

  it('may be as large as the limit', async () => {
    const target = targetOf(echo, 'single', limit)
    const body = Buffer.from('0123456789')
    expect((await send(target, { ...POST, body })).body).toEqual(body)
  })

  it('over the limit is 413 LambdaRequestTooLarge, and is read no further', async () => {
    const target = targetOf(UNCALLED, 'single', limit)
    const body = new PassThrough()
    const answer = refusalOf(send(target, { ...POST, body }))
    body.write('012345')
    body.write('67890')
    const refusal = await answer
    expect(refusal).toMatchObject({ status: 413, errorReason: 'LambdaRequestTooLarge' })
    expect(refusal.explanation).toContain('over 10 bytes')
    expect(body.destroyed).toBe(true)
  })

  it('declared over the limit is refused without reading', async () => {
    const target = targetOf(UNCALLED, 'single', limit)
    const body = new PassThrough()
    const headers = [...POST.headers, ['content-LENGTH', '11'] as const]
    const refusal = await refusalOf(send(target, { ...POST, headers, body }))
    expect(refusal).toMatchObject({ status: 413, errorReason: 'LambdaRequestTooLarge' })
    expect(refusal.explanation).toContain('11 bytes')
    expect(body.destroyed).toBe(true)
  })

  it.each([
    ['an error', new Error('aborted')],
    ['no word', undefined],
  ])('that ends half-way with %s is 400, and nothing is invoked', async (_, error) => {
    const body = new PassThrough()
    const answer = refusalOf(send(targetOf(UNCALLED), { ...POST, body }))
    body.write('half')
    body.destroy(error)
    expect(await answer).toMatchObject({ status: 400, close: true })
  })

  it('is not asked for when there is none', async () => {
    const request = createForwardedRequest()
    const bodiless = Object.defineProperty({ ...request }, 'body', {
      get: () => {
        throw new Error('Asked for')
      },
    })
    const response = await targetOf(() => ({ statusCode: 200 })).send(bodiless, {})
    expect(response.status).toBe(200)
  })

  it('that is no UTF-8 text is refused, and nothing is invoked', async () => {
    const headers = [...POST.headers, ['Content-Type', 'text/plain'] as const]
    const body = Buffer.from([0xff])
    expect(await refusalOf(send(targetOf(UNCALLED), { ...POST, headers, body }))).toMatchObject({
      status: 400,
      errorReason: 'LambdaBadRequest',
    })
  })
})

describe('a WebSocket', () => {
  it.each(['websocket', 'WebSocket', 'h2c, websocket', 'websocket/13'])(
    'asked for with Upgrade: %s is refused, and its body let go',
    async (upgrade) => {
      const body = new PassThrough()
      const headers = [...POST.headers, ['upgrade', upgrade] as const]
      expect(await refusalOf(send(targetOf(UNCALLED), { headers, body }))).toMatchObject({
        status: 400,
        errorReason: 'LambdaWebsocketNotSupported',
      })
      expect(body.destroyed).toBe(true)
    },
  )

  it.each(['h2c', 'websockets', 'x-websocket'])(
    'is not what Upgrade: %s asks for',
    async (upgrade) => {
      const headers = [...POST.headers, ['Upgrade', upgrade] as const]
      const response = await send(
        targetOf(() => ({ statusCode: 200 })),
        { headers },
      )
      expect(response.status).toBe(200)
    },
  )
})

it('a target has the label of its function and closes it', async () => {
  let closed = 0
  const inner = createInProcessFunction(() => ({ statusCode: 200 }), { label: 'dist/lambda.mjs' })
  const target = targetOf({
    label: inner.label,
    invoke: (request) => inner.invoke(request),
    close: () => {
      closed += 1
      return inner.close()
    },
  })
  expect(target).toMatchObject({ label: 'dist/lambda.mjs', kind: 'lambda' })
  await target.close()
  expect(closed).toBe(1)
})
