import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { EnvironmentLog } from './logs.js'
import type { ProcessExit } from './function-error.js'
import { releaseGroup, superviseGroup } from './supervisor.js'

export interface ProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Record<string, string>
  readonly log: EnvironmentLog
}

// A grandchild may hold the pipes open for ever.
const LAST_OUTPUT_MS = 250

const isPosix = process.platform !== 'win32'

/**
 * The process of one execution environment. It leads a process group, so that what it starts is frozen and killed with
 * it, as in Lambda where the whole machine is.
 */
export class RuntimeProcess {
  /** How it ended, once all its output is read; an error when it could not be started. Never rejects. */
  readonly ended: Promise<ProcessExit | Error>
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  #hasEnded = false
  #isFrozen = false

  constructor({ command, args, cwd, env, log }: ProcessOptions) {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    this.#child = spawn(command, args, { cwd, env, stdio, detached: isPosix, windowsHide: true })
    log.read('stdout', this.#child.stdout)
    log.read('stderr', this.#child.stderr)
    this.ended = this.#watch()
    if (isPosix && this.pid !== undefined) superviseGroup(this.pid)
    // Only the process itself may keep ours alive, and only while it works.
    for (const stream of [this.#child.stdout, this.#child.stderr]) unref(stream)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Our own process need not wait for it until `thaw`. If `freeze`, nothing in it runs until then. */
  rest(freeze: boolean): void {
    this.#child.unref()
    if (!freeze || this.#isFrozen) return
    this.#isFrozen = true
    this.#signal('SIGSTOP')
  }

  thaw(): void {
    this.#child.ref()
    if (!this.#isFrozen) return
    this.#isFrozen = false
    this.#signal('SIGCONT')
  }

  /** Ends it and all it started at once, frozen or not. */
  kill(): void {
    this.#child.ref()
    this.#signal('SIGKILL')
  }

  /** Waits for its end, but not for long. */
  async endedWithin(ms: number): Promise<void> {
    await within(ms, this.ended)
  }

  async #watch(): Promise<ProcessExit | Error> {
    const closed = once(this.#child, 'close').catch(() => {})
    try {
      // Rejects when the process cannot be started.
      const [code, signal] = (await once(this.#child, 'exit')) as [
        number | null,
        NodeJS.Signals | null,
      ]
      await within(LAST_OUTPUT_MS, closed)
      return { code, signal }
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#end()
    }
  }

  #end(): void {
    if (isPosix && this.pid !== undefined) {
      // What it left behind goes with it.
      this.#signal('SIGKILL')
      releaseGroup(this.pid)
    }
    this.#hasEnded = true
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this
    if (this.#hasEnded || pid === undefined) return
    try {
      if (isPosix) process.kill(-pid, signal)
      else this.#child.kill(signal)
    } catch {
      // It has just ended.
    }
  }
}

/** Waits for `end`, at most `ms`. The timer keeps our process alive: whoever closes a function waits for this. */
async function within(ms: number, end: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([end, limit])
  clearTimeout(timer)
}

function unref(stream: Readable & { unref?: () => void }): void {
  stream.unref?.()
}
