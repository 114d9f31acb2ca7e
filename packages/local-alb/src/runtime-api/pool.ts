import { randomUUID } from 'node:crypto'
import type {
  InitialisationError,
  InvokeOutcome,
  InvokeRequest,
  LogLine,
} from '../targets/lambda-function.js'
import { ExecutionEnvironment, type EnvironmentKit } from './environment.js'
import { closedOutcome, throttledOutcome, toOutcome } from './invoke-outcome.js'
import { toLambdaTrace } from './trace.js'

/** A place within the concurrency limit, and the environment that has it. */
interface Slot {
  environment?: ExecutionEnvironment
  /** Its environment is initialised, so the slot is free once that has ended. */
  isReady: boolean
  /** Ends the environment when it has been idle for long. */
  idleTimer?: NodeJS.Timeout
}

/** An environment that can take the invocation, and what it took to get it. */
interface Ready {
  readonly environment: ExecutionEnvironment
  /** What is left of the invocation's time. */
  readonly timeoutMs: number
  /** Cold starts only. */
  readonly initMs?: number
  readonly logs?: readonly LogLine[]
}

/** The execution environments of one function. */
export class EnvironmentPool {
  readonly #kit: EnvironmentKit
  readonly #slots = new Set<Slot>()
  /** In order of use, the one used last at the end. */
  readonly #idle: Slot[] = []
  #isClosed = false
  /** An initialisation ahead of the first invocation, while it is under way. */
  #preparation: Promise<InitialisationError | undefined> | undefined

  constructor(kit: EnvironmentKit) {
    this.#kit = kit
  }

  /** Never rejects. */
  async invoke(request: InvokeRequest): Promise<InvokeOutcome> {
    const requestId = randomUUID()
    // What is being prepared is meant for this.
    if (this.#preparation !== undefined) await this.#preparation
    if (this.#isClosed) return closedOutcome(requestId)
    const { concurrency, timeoutMs } = this.#kit.settings
    const environment = this.#takeIdle()
    if (environment !== undefined) return this.#run(request, requestId, { environment, timeoutMs })
    if (this.#slots.size >= concurrency) return throttledOutcome(requestId, concurrency)
    return this.#runCold(request, requestId)
  }

  /**
   * Starts an environment ahead of the first invocation, as Lambda does for provisioned concurrency, unless there is one.
   * What it writes meanwhile belongs to that invocation.
   *
   * @returns what went wrong, if anything did
   */
  async initialise(): Promise<InitialisationError | undefined> {
    if (this.#isClosed || this.#slots.size > 0) return this.#preparation
    this.#preparation = this.#prepare()
    try {
      return await this.#preparation
    } finally {
      this.#preparation = undefined
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#slots].map(async ({ environment }) => environment?.end()))
    this.#isClosed = false
  }

  async #run(
    { payload, traceId }: InvokeRequest,
    requestId: string,
    { environment, timeoutMs, initMs, logs = [] }: Ready,
  ): Promise<InvokeOutcome> {
    const { region, functionName } = this.#kit.settings
    const result = await environment.invoke({
      requestId,
      payload,
      trace: toLambdaTrace(traceId),
      functionArn: `arn:aws:lambda:${region}:123456789012:function:${functionName}`,
      timeoutMs,
      initMs,
    })
    return toOutcome(result.answer, {
      requestId,
      environment: environment.id,
      coldStart: initMs !== undefined,
      ...(initMs !== undefined && { initMs }),
      durationMs: result.durationMs,
      logs: [...logs, ...result.logs],
    })
  }

  async #runCold(request: InvokeRequest, requestId: string): Promise<InvokeOutcome> {
    const { initTimeoutMs, onInitError } = this.#kit.settings
    const slot: Slot = { isReady: false }
    this.#slots.add(slot)
    const startedAt = performance.now()
    let { timeoutMs } = this.#kit.settings
    let environment = this.#open(slot)
    let init = await environment.init(initTimeoutMs, requestId)
    const logs = environment.log.take()
    if (init.kind === 'timeout' && !this.#isClosed) {
      // Lambda starts it once more, within the invocation and its time.
      const restartedAt = performance.now()
      environment = this.#open(slot)
      init = await environment.init(timeoutMs, requestId)
      logs.push(...environment.log.take())
      timeoutMs -= performance.now() - restartedAt
    }
    if (init.kind === 'ready') {
      slot.isReady = true
      return this.#run(request, requestId, { environment, timeoutMs, initMs: init.initMs, logs })
    }
    this.#slots.delete(slot)
    if (init.kind !== 'closed') onInitError(init.error, environment.id)
    const durationMs = performance.now() - startedAt
    return toOutcome(
      { kind: 'error', error: init.error },
      { requestId, environment: environment.id, coldStart: true, durationMs, logs },
    )
  }

  async #prepare(): Promise<InitialisationError | undefined> {
    const slot: Slot = { isReady: false }
    this.#slots.add(slot)
    const environment = this.#open(slot)
    const init = await environment.init(this.#kit.settings.initTimeoutMs, randomUUID())
    if (init.kind === 'ready') {
      slot.isReady = true
      environment.park()
      return undefined
    }
    this.#slots.delete(slot)
    if (init.kind !== 'closed') this.#kit.settings.onInitError(init.error, environment.id)
    return { ...init.error, logs: environment.log.take() }
  }

  #open(slot: Slot): ExecutionEnvironment {
    slot.environment = new ExecutionEnvironment(this.#kit, {
      idle: () => this.#rest(slot),
      ended: () => this.#drop(slot),
    })
    return slot.environment
  }

  #takeIdle(): ExecutionEnvironment | undefined {
    const slot = this.#idle.pop()
    clearTimeout(slot?.idleTimer)
    return slot?.environment
  }

  #rest(slot: Slot): void {
    this.#idle.push(slot)
    slot.idleTimer = setTimeout(() => {
      void slot.environment?.end()
    }, this.#kit.settings.idleMs).unref()
  }

  #drop(slot: Slot): void {
    if (!slot.isReady) return
    clearTimeout(slot.idleTimer)
    this.#slots.delete(slot)
    const at = this.#idle.indexOf(slot)
    if (at !== -1) this.#idle.splice(at, 1)
  }
}
