import { resolve } from 'node:path'
import { type AlbOptions, type Settings, resolveOptions } from '../options.js'
import { SetupError } from './setup-error.js'

/** What the environment variables of `local-alb/register` say; see `register.ts` for each of them. */
export interface RegisterSettings {
  readonly alb: Settings
  /** A module specifier, as it was given. */
  readonly adapter: string
  readonly adapterOptions: unknown
  readonly timeoutSeconds: number
  /** Names of packages, files or folders: servers that code from there listens with are left alone. */
  readonly skip: readonly string[]
  /** `stderr`, `none`, or the file that the summary is written to. */
  readonly summary: string
  /** Whether to look at what the app does while it serves requests. */
  readonly doctor: boolean
  /** The folder where every process leaves its records; not there in the first process of a run. */
  readonly records: string | undefined
}

/** The adapter that is used when none is named. */
export const DEFAULT_ADAPTER = 'express-alb'

/** Lambda's longest timeout, in seconds. */
const MAX_TIMEOUT_SECONDS = 900

/**
 * Reads the environment variables. An empty one counts as not set.
 *
 * @throws {SetupError} naming the variable, its value and what it may be
 */
export function readSettings(env: NodeJS.ProcessEnv): RegisterSettings {
  const variable = (name: string): string | undefined => env[name]?.trim() || undefined
  return {
    alb: readAlbSettings(variable('LOCAL_ALB_MODE'), variable('LOCAL_ALB_OPTIONS')),
    adapter: variable('LOCAL_ALB_ADAPTER') ?? DEFAULT_ADAPTER,
    adapterOptions: readJson('LOCAL_ALB_ADAPTER_OPTIONS', variable('LOCAL_ALB_ADAPTER_OPTIONS')),
    timeoutSeconds: readTimeout(variable('LOCAL_ALB_TIMEOUT')),
    skip: (variable('LOCAL_ALB_SKIP') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    summary: toDestination(variable('LOCAL_ALB_SUMMARY') ?? 'stderr'),
    doctor: readSwitch('LOCAL_ALB_DOCTOR', variable('LOCAL_ALB_DOCTOR')),
    records: variable('LOCAL_ALB_RECORDS'),
  }
}

/** A file is meant as seen from where the process starts, wherever it may go. */
function toDestination(summary: string): string {
  return summary === 'stderr' || summary === 'none' ? summary : resolve(summary)
}

function readAlbSettings(mode: string | undefined, options: string | undefined): Settings {
  const given = readJson('LOCAL_ALB_OPTIONS', options) ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new SetupError(
      `LOCAL_ALB_OPTIONS is ${JSON.stringify(given)}; it must be a JSON object of load balancer options, such as {"xForwardedFor":"preserve"}`,
    )
  }
  if (mode !== undefined && mode !== 'single' && mode !== 'multi') {
    throw new SetupError(`LOCAL_ALB_MODE is ${JSON.stringify(mode)}; it must be single or multi`)
  }
  try {
    // What it holds is checked here, name by name.
    return resolveOptions({
      ...(given as AlbOptions),
      ...(mode && { multiValueHeaders: mode === 'multi' }),
    })
  } catch (error) {
    if (error instanceof TypeError) throw new SetupError(`LOCAL_ALB_OPTIONS: ${error.message}`)
    throw error
  }
}

function readSwitch(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'off') return false
  if (text === 'on') return true
  throw new SetupError(`${name} is ${JSON.stringify(text)}; it must be on or off`)
}

function readTimeout(text: string | undefined): number {
  if (text === undefined) return 30
  const seconds = Number(text)
  if (seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS) return seconds
  throw new SetupError(
    `LOCAL_ALB_TIMEOUT is ${JSON.stringify(text)}; it must be a number of seconds above 0, at most ${MAX_TIMEOUT_SECONDS}`,
  )
}

function readJson(name: string, text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SetupError(`${name} is ${JSON.stringify(text)}; it must be JSON (${String(error)})`)
  }
}
