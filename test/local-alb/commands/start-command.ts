import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'
import { buildLocalAlb } from '../../../scripts/build.mjs'
import { createFolder } from '../../helpers/folder.js'
import { within } from '../../helpers/deadline.js'

const CLI = fileURLToPath(new URL('../../../packages/local-alb/dist/cli.js', import.meta.url))

/** Generous: the machine may have better to do. */
export const DEADLINE_MS = 30_000
vi.setConfig({ testTimeout: 2 * DEADLINE_MS })
export const BUILD_DEADLINE_MS = 120_000

/** The command is run as it is built; it is built anew when its sources have changed. */
export const build: () => Promise<void> = buildLocalAlb

/** A function that answers with what `body` evaluates to, in both forms. */
export function functionOf(body: string): string {
  return `export const handler = async (event, context) => ({
  statusCode: 200,
  headers: { 'content-type': 'text/plain' },
  multiValueHeaders: { 'content-type': ['text/plain'] },
  body: ${body},
})\n`
}

export { createFolder }

export interface RunningCommand {
  readonly child: ChildProcess
  /** What it has written so far. */
  readonly stdout: string
  readonly stderr: string
  /** Waits until what it has written to either matches, and gives the match. */
  sees(pattern: RegExp): Promise<RegExpExecArray>
  /** Where it listens, once its first screen is there. */
  url(): Promise<string>
  /** Waits for its end. */
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Ends it as Ctrl-C does. */
  interrupt(signal?: NodeJS.Signals): Promise<number | null>
}

/** Runs `local-alb` as a user would, until the test is over. */
export function startCommand(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): RunningCommand {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text
      for (const listener of listeners) listener()
    })
  }
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  onTestFinished(async () => {
    child.kill()
    await exit
  })
  const command: RunningCommand = {
    child,
    get stdout() {
      return written.stdout
    },
    get stderr() {
      return written.stderr
    },
    async sees(pattern) {
      let look = (): void => {}
      const seen = new Promise<RegExpExecArray>((resolve, reject) => {
        look = () => {
          const match = pattern.exec(written.stdout) ?? pattern.exec(written.stderr)
          if (match !== null) resolve(match)
        }
        listeners.add(look)
        const fail = (): void => {
          reject(new Error(`It ended without ${pattern}:\n${written.stdout}${written.stderr}`))
        }
        look()
        void exit.then(fail)
      })
      try {
        return await within(DEADLINE_MS, String(pattern), seen)
      } catch (error) {
        throw new Error(`${String(error)}\n${written.stdout}${written.stderr}`, { cause: error })
      } finally {
        listeners.delete(look)
      }
    },
    async url() {
      const [, url] = await command.sees(/Load balancer +(\S+)/)
      // The rest of the screen comes with it.
      await command.sees(/Ctrl-C/)
      return url ?? ''
    },
    async ended() {
      const [code, signal] = await within(DEADLINE_MS, 'end', exit)
      return { code, signal }
    },
    async interrupt(signal = 'SIGINT') {
      child.kill(signal)
      return (await command.ended()).code
    },
  }
  return command
}

/** Runs `local-alb` to its end. */
export async function runCommand(
  args: readonly string[],
  options: Parameters<typeof startCommand>[1] = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const command = startCommand(args, options)
  const { code } = await command.ended()
  return { code, stdout: command.stdout, stderr: command.stderr }
}

export async function textOf(url: string, init?: RequestInit): Promise<string> {
  return (await fetch(url, init)).text()
}
