import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Ran {
  readonly code: number
  /** Standard output and standard error as they came. */
  readonly output: string
}

/** A shell in which commands are typed: what one exports, the next one has. */
export class Shell {
  readonly #folder: string
  readonly #environment: NodeJS.ProcessEnv
  readonly #exports: string
  #background: ChildProcess[] = []

  constructor(folder: string, base: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder
    this.#environment = environment
    this.#exports = join(base, 'exports.sh')
    writeFileSync(this.#exports, '')
  }

  async run(command: string): Promise<Ran> {
    const script = `. '${this.#exports}'; ${command}\ncode=$?; export -p > '${this.#exports}'; exit $code`
    const child = this.#spawn(script)
    let output = ''
    child.stdout?.on('data', (text) => (output += String(text)))
    child.stderr?.on('data', (text) => (output += String(text)))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code: code ?? -1, output }
  }

  /** Starts a command that runs until Ctrl-C, and comes back when its output says that it is there. */
  async start(command: string, isReady: RegExp): Promise<string> {
    const child = this.#spawn(`. '${this.#exports}'; exec ${command}`)
    this.#background.push(child)
    let output = ''
    await new Promise<void>((resolve, reject) => {
      const onText = (text: unknown): void => {
        output += String(text)
        if (isReady.test(output)) resolve()
      }
      child.stdout?.on('data', onText)
      child.stderr?.on('data', onText)
      child.once('close', (code) => {
        reject(new Error(`It ended with ${String(code)}:\n${output}`))
      })
    })
    return output
  }

  /** Ctrl-C in every terminal. */
  async interrupt(): Promise<void> {
    const running = this.#background.filter(({ exitCode, signalCode }) => {
      return exitCode === null && signalCode === null
    })
    this.#background = []
    for (const child of running) {
      const ended = once(child, 'close')
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
      await ended
    }
  }

  /** What a command exported. */
  get(name: string): string | undefined {
    const line = new RegExp(`^(?:export|declare -x) ${name}="?(.*?)"?$`, 'm')
    return line.exec(readFileSync(this.#exports, 'utf8'))?.[1]
  }

  #spawn(script: string): ChildProcess {
    return spawn('bash', ['-c', script], {
      cwd: this.#folder,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as a terminal's foreground process has.
      detached: true,
    })
  }
}
