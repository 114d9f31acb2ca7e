import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { LogLine } from '../targets/lambda-function.js'
import type { Answer } from './answer.js'
import { RuntimeApi, type Delivery } from './api-server.js'
import { toEnvironmentVariables, toLogStream } from './environment-variables.js'
import { toError, type Happening } from './happening.js'
import { EnvironmentLog } from './logs.js'
import { residentMemory } from './memory.js'
import { describeNode, nodeFlags } from './node-binary.js'
import type { FunctionSettings } from './options.js'
import { toClosedError, type FunctionError } from './function-error.js'
import { toEndLines, toInitReportLine } from './report.js'
import type { RuntimeClient } from './runtime-client.js'
import { RuntimeProcess } from './runtime-process.js'

/** What all environments of a function have in common. */
export interface EnvironmentKit {
  readonly settings: FunctionSettings
  readonly client: RuntimeClient
}

export interface EnvironmentEvents {
  /** It can take an invocation. */
  idle(): void
  /** It never can again. */
  ended(): void
}

export interface Call extends Omit<Delivery, 'deadlineMs'> {
  readonly timeoutMs: number
  /** Cold starts only. */
  readonly initMs: number | undefined
}

export interface CallResult {
  readonly answer: Answer
  readonly durationMs: number
  readonly logs: readonly LogLine[]
}

export type InitResult =
  | { readonly kind: 'ready'; readonly initMs: number }
  | { readonly kind: 'timeout' | 'closed' | 'failed'; readonly error: FunctionError }

// A result is the caller's before the runtime asks for the next event, as in Lambda; for the logs we wait a little.
const LATE_MS = 1000
const MEMORY_CHECK_MS = 250
// A runtime that reports a failed initialisation ends by itself, after it has written why.
const LAST_WORDS_MS = 1000

/**
 * One execution environment: a process with a runtime client, its Runtime API and its logs. It runs one invocation at a
 * time and is frozen between them.
 */
export class ExecutionEnvironment {
  /** The end of its log stream's name. */
  readonly id: string = randomBytes(16).toString('hex')
  readonly log: EnvironmentLog
  readonly #kit: EnvironmentKit
  readonly #events: EnvironmentEvents
  readonly #api: RuntimeApi
  #process: RuntimeProcess | undefined
  #answer: Answer | undefined
  #onAnswer: ((answer: Answer) => void) | undefined
  #onHappening: ((happening: Happening) => void) | undefined
  /** Why it can take no invocation any more. */
  #end: Happening | undefined

  constructor(kit: EnvironmentKit, events: EnvironmentEvents) {
    this.#kit = kit
    this.#events = events
    this.log = new EnvironmentLog((line, requestId) => {
      kit.settings.onLog(line, this.id, requestId)
    })
    this.#api = new RuntimeApi({
      waiting: () => this.#onHappening?.({ kind: 'waiting' }),
      initFailed: (error) => this.#onHappening?.({ kind: 'init-failed', error }),
      answered: (answer) => {
        this.#answer = answer
        this.#onAnswer?.(answer)
      },
    })
  }

  /** Starts the process and waits until the function is loaded. Anything but `ready` ends the environment. */
  async init(limitMs: number, requestId: string): Promise<InitResult> {
    const startedAt = performance.now()
    const waiter = this.#wait(limitMs)
    this.#runProcess().catch((error: unknown) => {
      this.#endBy({ kind: 'ended', exit: toErrorObject(error) })
    })
    let happening = await waiter
    const initMs = performance.now() - startedAt
    await this.#drain()
    // It may have ended just after it was ready.
    if (happening.kind === 'waiting') happening = this.#end ?? happening
    const error = toError(happening, requestId, limitMs)
    if (error === undefined) return { kind: 'ready', initMs }
    if (happening.kind === 'init-failed') await this.#process?.endedWithin(LAST_WORDS_MS)
    await this.end()
    this.log.settle()
    const { kind } = happening
    if (kind !== 'closed') this.log.platform(toInitReportLine(initMs, error))
    return { kind: kind === 'timeout' || kind === 'closed' ? kind : 'failed', error }
  }

  /** Runs one invocation. The environment is idle before, and afterwards too unless it has ended. */
  async invoke(call: Call): Promise<CallResult> {
    return new Promise((resolve) => {
      void this.#run(call, resolve)
    })
  }

  /** Lets it stand still after its initialisation, until its first invocation. */
  park(): void {
    this.#process?.rest(this.#kit.settings.freeze)
    this.#events.idle()
  }

  /** Ends it whatever it is doing; a running invocation fails. */
  async end(): Promise<void> {
    this.#endBy({ kind: 'closed' })
    this.#process?.kill()
    await this.#process?.ended
  }

  #endBy(happening: Happening): void {
    if (this.#end !== undefined) return
    this.#end = happening
    this.#onHappening?.(happening)
    this.#api.close()
    this.#events.ended()
  }

  /** Starts the process and waits for its end. */
  async #runProcess(): Promise<void> {
    const { settings, client } = this.#kit
    const node = await describeNode(settings.nodePath)
    if (this.#end !== undefined) return
    this.log.platform(`INIT_START Runtime Version: nodejs:${node.version} (${client.label})`)
    const env = toEnvironmentVariables({
      settings,
      node,
      client,
      runtimeApi: await this.#api.listen(),
      token: this.#api.token,
      logStream: toLogStream(this.id),
    })
    // Closed meanwhile.
    if (this.#end !== undefined) return
    this.#process = new RuntimeProcess({
      command: node.path,
      args: [...nodeFlags(node, settings), ...client.args],
      cwd: settings.taskRoot,
      env,
      log: this.log,
    })
    const exit = await this.#process.ended
    this.#endBy({ kind: 'ended', exit })
  }

  async #run(call: Call, resolve: (result: CallResult) => void): Promise<void> {
    const { log } = this
    const startedAt = performance.now()
    const elapsed = (): number => performance.now() - startedAt
    this.#answer = undefined
    log.requestId = call.requestId
    log.platform(`START RequestId: ${call.requestId} Version: $LATEST`)
    const waiter = this.#wait(call.timeoutMs)
    const memory = setInterval(() => this.#checkMemory(), MEMORY_CHECK_MS)
    let late: NodeJS.Timeout | undefined
    this.#onAnswer = (answer) => {
      const durationMs = elapsed()
      late = setTimeout(() => resolve({ answer, durationMs, logs: log.take() }), LATE_MS)
    }
    this.#process?.thaw()
    this.#api.deliver({ ...call, deadlineMs: Date.now() + call.timeoutMs })
    const happening = await waiter
    clearInterval(memory)
    const durationMs = elapsed()
    const answer = await this.#finish(call, happening, durationMs)
    clearTimeout(late)
    resolve({ answer, durationMs, logs: log.take() })
  }

  async #finish(call: Call, happening: Happening, durationMs: number): Promise<Answer> {
    const { log } = this
    const usedMb = residentMemory(this.#process?.pid).peakMb
    // The function's own limit, also where a slow start has left less of it.
    const error = toError(happening, call.requestId, this.#kit.settings.timeoutMs)
    if (error === undefined) await this.#drain()
    else await this.end()
    log.settle()
    const { memoryMb, timeoutMs } = this.#kit.settings
    const ending = { ...call, timeoutMs, durationMs, memoryMb, usedMb, error }
    for (const line of toEndLines(ending)) log.platform(line)
    if (this.#end === undefined) {
      log.requestId = undefined
      this.#process?.rest(this.#kit.settings.freeze)
      this.#events.idle()
    }
    // What was answered stands, whatever became of the process afterwards. Without an answer there is an error: the
    // Runtime API gives no further event before.
    return this.#answer ?? { kind: 'error', error: error ?? toClosedError(call.requestId) }
  }

  #checkMemory(): void {
    const { nowMb = 0 } = residentMemory(this.#process?.pid)
    if (nowMb > this.#kit.settings.memoryMb) this.#onHappening?.({ kind: 'out-of-memory' })
  }

  /** The next thing to happen; a timeout after `ms`. */
  async #wait(ms: number): Promise<Happening> {
    if (this.#end !== undefined) return this.#end
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#onHappening?.({ kind: 'timeout' }), ms)
      this.#onHappening = (happening) => {
        clearTimeout(timer)
        this.#onHappening = undefined
        resolve(happening)
      }
    })
  }

  /**
   * Reads what the process has written before it said what we know now. Its writes block until the system has them, so
   * they are there to be read, and are, in the coming turn of the event loop.
   */
  async #drain(): Promise<void> {
    await turn()
    await turn()
  }
}

function toErrorObject(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
