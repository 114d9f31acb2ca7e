import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveAdapter } from '../register/adapter.js'
import { withImport } from '../register/node-options.js'
import { reportRun } from '../register/report.js'
import { type RegisterSettings, readSettings } from '../register/settings.js'
import { SetupError } from '../register/setup-error.js'
import { toWindowsCommand } from '../register/windows-command.js'
import { CommandError } from './command-error.js'
import { passSignals, signalExitCode } from './pass-signals.js'

/** The options of `local-alb exec`; what is not given is as the environment variables of `local-alb/register` say. */
export interface ExecOptions {
  readonly multiValueHeaders?: boolean | undefined
  /** The module that exports `createHandler`, as seen from the working folder. Default `express-alb`. */
  readonly adapter?: string | undefined
  /** The function's timeout in seconds. Default 30. */
  readonly timeout?: number | undefined
  /** Whether to look at what the app does while it serves requests. Default `true`. */
  readonly doctor?: boolean | undefined
  /** The summary as one line of JSON. */
  readonly json?: boolean | undefined
}

/** How the command ended. */
export interface ExecResult {
  /** Its exit code; as shells have it 128 and the signal's number after a signal, 127 for a command that is not there. */
  readonly exitCode: number
  readonly signal: NodeJS.Signals | null
}

/**
 * Runs a command, such as `npm test`, with `local-alb/register` in each Node process that it starts, and tells the
 * summary of them all on standard error.
 *
 * Standard input and output are the command's. SIGTERM, SIGHUP and, where no terminal sends it to the command as well,
 * SIGINT are passed on.
 *
 * @throws {CommandError} when an option or variable is wrong, or there is no adapter; nothing is run then
 */
export async function exec(words: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const env = toEnvironment(options, process.env)
  const { alb, summary } = settingsOf(env)
  const folder = mkdtempSync(join(tmpdir(), 'local-alb-'))
  try {
    const result = await run(words, { ...env, LOCAL_ALB_RECORDS: folder })
    const mode = alb.multiValueHeaders ? 'multi' : 'single'
    reportRun(folder, { mode, to: summary, json: options.json === true })
    return result
  } catch (error) {
    if (!isMissing(error)) throw error
    const what = JSON.stringify(words[0])
    console.error(`local-alb: cannot run ${what}: ${MISSING[error.code]}`)
    return { exitCode: error.code === 'ENOENT' ? 127 : 126, signal: null }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function toEnvironment(options: ExecOptions, given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env = { ...given }
  if (options.multiValueHeaders === true) env['LOCAL_ALB_MODE'] = 'multi'
  if (options.timeout !== undefined) env['LOCAL_ALB_TIMEOUT'] = String(options.timeout)
  if (options.adapter !== undefined) env['LOCAL_ALB_ADAPTER'] = options.adapter
  if (options.doctor === false) env['LOCAL_ALB_DOCTOR'] = 'off'
  else env['LOCAL_ALB_DOCTOR'] ||= 'on'
  // A URL: processes of the run may have other working folders.
  env['LOCAL_ALB_ADAPTER'] = asCommandError(() =>
    resolveAdapter(settingsOf(env).adapter, process.cwd()),
  )
  env['NODE_OPTIONS'] = withImport(env['NODE_OPTIONS'], REGISTER_URL)
  return env
}

/** As installed, `local-alb/register`. */
const REGISTER_URL = new URL('../register.js', import.meta.url).href

function settingsOf(env: NodeJS.ProcessEnv): RegisterSettings {
  return asCommandError(() => readSettings(env))
}

function asCommandError<Value>(get: () => Value): Value {
  try {
    return get()
  } catch (error) {
    if (error instanceof SetupError) throw new CommandError(error.message)
    throw error
  }
}

/** What shells say of a command that cannot be run, with 127 and 126. */
const MISSING = { ENOENT: 'there is no such command', EACCES: 'it may not be executed' } as const

function isMissing(error: unknown): error is { readonly code: keyof typeof MISSING } {
  return Object.hasOwn(MISSING, (error as NodeJS.ErrnoException).code ?? '')
}

async function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<ExecResult> {
  const child = start(words, env)
  const stopPassing = passSignals(child)
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    return { exitCode: code ?? signalExitCode(signal), signal }
  } finally {
    stopPassing()
  }
}

function start([command = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  if (process.platform === 'win32') {
    return spawn(toWindowsCommand([command, ...args]), { env, stdio: 'inherit', shell: true })
  }
  return spawn(command, args, { env, stdio: 'inherit' })
}
