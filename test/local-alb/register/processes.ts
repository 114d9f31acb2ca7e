import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAdapter, buildLocalAlb } from '../../../scripts/build.mjs'

const path = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url))

/** Where the test suites are that these tests run. */
export const SUITES: string = path('test/fixtures/suites')

const DIST: string = path('packages/local-alb/dist')
export const REGISTER: string = join(DIST, 'register.js')
const CLI: string = join(DIST, 'cli.js')
/** The adapter that the load balancer calls. */
export const ADAPTER: string = path('packages/adapter/dist/esm/index.js')
/** The copy of it that the suites' app imports. */
const APP_ADAPTER = path('packages/adapter/dist/cjs/index.js')

/** Processes run what is built; it is built anew when the sources have changed. */
export async function build(): Promise<void> {
  await buildAdapter()
  await buildLocalAlb()
}

export const BUILD_DEADLINE_MS = 120_000
/** Generous: the machine may have better to do. */
export const RUN_DEADLINE_MS = 60_000

/** A test runner's or other package's command, as a file for Node. */
export const bin = (file: string): string => path(`node_modules/${file}`)

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node in the folder of the suites, without what the test runner around us has put in its environment. */
export async function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = startNode(args, env)
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    child.stdout.toArray(),
    child.stderr.toArray(),
  ])
  return { code, signal, stdout: stdout.join(''), stderr: stderr.join('') }
}

export function startNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof spawnNode> {
  const child = spawnNode(args, env)
  child.stdout.setEncoding('utf8')
  child.stderr.setEncoding('utf8')
  return child
}

function spawnNode(args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn(process.execPath, args, {
    cwd: SUITES,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A little before the test gives up, so that nothing is left behind; `exec` passes it on.
    timeout: RUN_DEADLINE_MS - 5000,
    env: { ...inherited(), SUITE_ADAPTER: APP_ADAPTER, LOCAL_ALB_ADAPTER: ADAPTER, ...env },
  })
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'ComSpec', 'PATHEXT']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

/** Arguments for Node to run `local-alb exec`. */
export function execArgs(command: readonly string[], ...options: readonly string[]): string[] {
  return [CLI, 'exec', ...options, '--', ...command]
}
