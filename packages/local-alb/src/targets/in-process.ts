import { randomUUID } from 'node:crypto'
import type { Answer } from '../runtime-api/answer.js'
import { throttledOutcome, toOutcome } from '../runtime-api/invoke-outcome.js'
import {
  MAX_PAYLOAD_BYTES,
  toClosedError,
  toTimeoutError,
  toTooLargeError,
  type FunctionError,
} from '../runtime-api/function-error.js'
import type { Invocation, InvokeOutcome, InvokeRequest, LambdaFunction } from './lambda-function.js'

/** Lambda's context object, as aws-lambda-ric 4 makes it. */
export interface LambdaContext {
  readonly awsRequestId: string
  readonly functionName: string
  readonly functionVersion: string
  readonly invokedFunctionArn: string
  /** A string, as in Lambda. */
  readonly memoryLimitInMB: string
  readonly logGroupName: string
  readonly logStreamName: string
  readonly xRayTraceId: string | undefined
  readonly clientContext: undefined
  readonly identity: undefined
  readonly tenantId: undefined
  /** Negative once the time is over. */
  getRemainingTimeInMillis(): number
}

/**
 * A Lambda handler. Each names its own types of event and context; what comes is an ALB's event and a
 * {@link LambdaContext}.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- with `unknown` no handler that names its event's type would fit
export type Handler = (event: any, context: any) => unknown

export interface InProcessOptions {
  /** As people see it. Default: the handler's name. */
  readonly label?: string | undefined
  /** Seconds until an invocation is given up; its handler cannot be stopped, and runs on. Default `30`. */
  readonly timeoutSeconds?: number | undefined
  /** What the context says; nothing is limited. Default `1024`. */
  readonly memoryMb?: number | undefined
  /** Default `handler`. */
  readonly functionName?: string | undefined
  /** How many invocations may run at once; further ones are throttled. Default: no limit. */
  readonly concurrency?: number | undefined
}

/** An invocation whose handler has not come to an end. */
interface Running {
  readonly requestId: string
  readonly startedAt: number
  readonly resolve: (outcome: InvokeOutcome) => void
}

const NO_LOGS: Invocation['logs'] = []

/**
 * A handler called in this very process: for tests, and wherever an execution environment of its own is too much.
 * Events and results go through JSON as in Lambda; errors and timeouts become the same outcomes. What takes a process
 * of its own is missing: logs (they go to this process's console), cold starts, freezing, memory limits, and
 * environment variables.
 *
 * @throws {TypeError} for a handler that Lambda's Node.js runtimes would not take, or an option that cannot be
 */
export function createInProcessFunction(
  handler: Handler,
  options: InProcessOptions = {},
): LambdaFunction {
  return new InProcessFunction(handler, options)
}

class InProcessFunction implements LambdaFunction {
  readonly label: string
  readonly #handler: Handler
  readonly #timeoutMs: number
  readonly #concurrency: number
  readonly #functionName: string
  readonly #memoryMb: string
  /** Eldest first, and so the first to run out of time: all have the same. One timer serves them all. */
  readonly #running = new Set<Running>()
  #timer: NodeJS.Timeout | undefined

  constructor(handler: Handler, options: InProcessOptions) {
    checkHandler(handler)
    this.#handler = handler
    this.label = options.label ?? (handler.name || 'handler')
    this.#timeoutMs = positive('timeoutSeconds', options.timeoutSeconds ?? 30) * 1000
    this.#concurrency = positive('concurrency', options.concurrency ?? Infinity)
    this.#memoryMb = String(positive('memoryMb', options.memoryMb ?? 1024))
    this.#functionName = options.functionName ?? 'handler'
  }

  async invoke({ payload, traceId }: InvokeRequest): Promise<InvokeOutcome> {
    const requestId = randomUUID()
    if (this.#running.size >= this.#concurrency) {
      return throttledOutcome(requestId, this.#concurrency)
    }
    return new Promise((resolve) => {
      const running = { requestId, startedAt: performance.now(), resolve }
      this.#running.add(running)
      this.#watchTime()
      void this.#run(running, payload, this.#context(requestId, traceId))
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const running of this.#running) {
      this.#settle(running, { kind: 'error', error: toClosedError(running.requestId) })
    }
  }

  async #run(running: Running, payload: string, context: LambdaContext): Promise<void> {
    try {
      this.#settle(running, { kind: 'success', payload: await this.#call(payload, context) })
    } catch (error) {
      this.#settle(running, { kind: 'error', error: toFunctionError(error) })
    }
  }

  /** As aws-lambda-ric does it: what is not a promise is a result as well, and nothing is `null`. */
  async #call(payload: string, context: LambdaContext): Promise<string> {
    const json = toJson(await this.#handler(JSON.parse(payload), context))
    // No character has more than three bytes for each of its UTF-16 units.
    if (json.length * 3 > MAX_PAYLOAD_BYTES) {
      const size = Buffer.byteLength(json)
      if (size > MAX_PAYLOAD_BYTES) throw new FunctionFailure(toTooLargeError(size))
    }
    return json
  }

  #context(awsRequestId: string, xRayTraceId: string | undefined): LambdaContext {
    const deadline = Date.now() + this.#timeoutMs
    return {
      awsRequestId,
      functionName: this.#functionName,
      functionVersion: '$LATEST',
      invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${this.#functionName}`,
      memoryLimitInMB: this.#memoryMb,
      logGroupName: `/aws/lambda/${this.#functionName}`,
      logStreamName: '[$LATEST]in-process',
      xRayTraceId,
      clientContext: undefined,
      identity: undefined,
      tenantId: undefined,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    }
  }

  #settle(running: Running, answer: Answer): void {
    // Its time may have run out before.
    if (!this.#running.delete(running)) return
    if (this.#running.size === 0) this.#timer?.unref()
    const { requestId, startedAt, resolve } = running
    const durationMs = performance.now() - startedAt
    resolve(toOutcome(answer, { requestId, ...ENVIRONMENT, durationMs, logs: NO_LOGS }))
  }

  #watchTime(): void {
    // Kept when nothing runs, as most often something soon will.
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#sweep(), this.#timeoutMs)
    else this.#timer.ref()
  }

  #sweep(): void {
    this.#timer = undefined
    for (const running of this.#running) {
      const leftMs = running.startedAt + this.#timeoutMs - performance.now()
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#sweep(), Math.ceil(leftMs))
        return
      }
      const error = toTimeoutError(running.requestId, this.#timeoutMs)
      this.#settle(running, { kind: 'error', error })
    }
  }
}

const ENVIRONMENT = { environment: 'in-process', coldStart: false } as const

class FunctionFailure extends Error {
  readonly failure: FunctionError

  constructor(failure: FunctionError) {
    super(failure.errorMessage)
    this.failure = failure
  }
}

function toJson(result: unknown): string {
  let json: unknown
  try {
    json = JSON.stringify(result === undefined ? null : result)
  } catch {
    throw new FunctionFailure({
      errorType: 'Runtime.JSONStringifyError',
      errorMessage: 'Unable to stringify response body',
    })
  }
  // Of a function or a symbol; the words are those of the native addon in aws-lambda-ric.
  if (typeof json !== 'string') throw new TypeError('Wrong arguments')
  return json
}

function toFunctionError(error: unknown): FunctionError {
  if (error instanceof FunctionFailure) return error.failure
  try {
    if (!(error instanceof Error)) {
      return { errorType: typeof error, errorMessage: String(error), trace: [] }
    }
    const { name, message, stack = '' } = error
    return { errorType: name, errorMessage: message, trace: stack === '' ? [] : stack.split('\n') }
  } catch {
    // Getters that throw, an object without a prototype.
    const errorMessage = 'What was thrown has no name, message or stack that can be read.'
    return { errorType: 'handled', errorMessage, trace: [] }
  }
}

function checkHandler(handler: Handler): void {
  // From JavaScript, or a module whose export is missing.
  if (typeof (handler as unknown) !== 'function') {
    throw new TypeError(
      `The handler is ${String(handler)}; it must be a function of (event, context).`,
    )
  }
  if (handler.length >= 3) {
    throw new TypeError(
      `The handler${handler.name && ` ${handler.name}`} declares ${handler.length} parameters, so it expects a ` +
        'callback. Lambda has removed callback-based handlers starting with Node.js 24: return the result, or a ' +
        'promise of it, from a function of (event, context).',
    )
  }
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new TypeError(`${name} is ${String(value)}; it must be a number above 0.`)
  return value
}
