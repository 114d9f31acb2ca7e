import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'

/** Generous: the machine may have better to do. */
const DEADLINE_MS = 60_000
vi.setConfig({ testTimeout: DEADLINE_MS })

export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url))
export const FIXTURES: string = join(ROOT, 'test/fixtures/doctor')

const CLI = join(ROOT, 'packages/local-alb/dist/cli.js')

export interface JsonFinding {
  readonly kind: string
  readonly severity: 'breaks' | 'check' | 'note'
  readonly what: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

export interface DoctorRun {
  readonly code: number | null
  readonly findings: readonly JsonFinding[]
  readonly app?: string
  readonly asked: readonly { readonly request: string; readonly status?: number }[]
  readonly leftOut: readonly { readonly request: string; readonly why: string }[]
  readonly filesRead: number
  readonly failures: readonly string[]
  /** Each finding as `kind file:line`, the file as seen from the folder of the fixtures. */
  readonly found: readonly string[]
}

/** Runs `local-alb doctor --json` in a folder that a function could not write to. */
export async function runDoctor(file: string, ...options: readonly string[]): Promise<DoctorRun> {
  return inOuterFolder(async (cwd) => {
    const { code, stdout, stderr } = await runCli(['doctor', file, '--json', ...options], { cwd })
    if (!stdout.startsWith('{')) throw new Error(`No JSON (${code}): ${stdout}${stderr}`)
    const result = JSON.parse(stdout) as Omit<DoctorRun, 'code' | 'found'>
    const found = result.findings.map(({ kind, file: path, line }) =>
      path === undefined ? kind : `${kind} ${relative(FIXTURES, resolve(cwd, path))}:${line}`,
    )
    return { ...result, code, found }
  })
}

/** With a folder that stands for a project, which may be below /tmp as a whole; tests here run side by side, so that no hook would know whose it is. */
export async function inOuterFolder<Result>(
  run: (folder: string) => Promise<Result>,
): Promise<Result> {
  const parent = join(ROOT, 'coverage')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'doctor-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `local-alb`, as it is built, to its end. */
export async function runCli(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  })
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
  ])
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}

/**
 * What the fixtures say themselves: `// kind` at the end of a line, or `// below: kind` on the line before.
 *
 * @returns `kind file:line`, as `found` has it
 */
export function expectedIn(name: string): string[] {
  return readFileSync(join(FIXTURES, name), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const below = /^\s*\/\/ below: ([a-z-]+)$/.exec(text)?.[1]
      if (below !== undefined) return [`${below} ${name}:${index + 2}`]
      const here = /\S.* \/\/ ([a-z-]+)$/.exec(text)?.[1]
      return here === undefined ? [] : [`${here} ${name}:${index + 1}`]
    })
}

/** The kinds of findings that have a planted case and a clean twin. */
export function fixtureKinds(): string[] {
  return readdirSync(FIXTURES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
