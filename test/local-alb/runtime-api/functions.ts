import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import {
  createFunction,
  type FunctionOptions,
} from '../../../packages/local-alb/src/runtime-api/function.js'
import type {
  InvokeOutcome,
  LambdaFunction,
} from '../../../packages/local-alb/src/targets/lambda-function.js'

export const CLIENTS = ['aws-lambda-ric', 'own'] as const

const opened: LambdaFunction[] = []
const folders: string[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (each) => each.close()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder with these files, there until the test ends. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-alb-test-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** A function of one file, `lambda.mjs`, with this source; closed when the test ends. */
export function open(source: string, options: Omit<FunctionOptions, 'file'> = {}): LambdaFunction {
  return openFile(join(folderWith({ 'lambda.mjs': source }), 'lambda.mjs'), options)
}

export function openFile(
  file: string,
  options: Omit<FunctionOptions, 'file'> = {},
): LambdaFunction {
  const opening = createFunction({ file, ...options })
  opened.push(opening)
  return opening
}

export async function invoke(target: LambdaFunction, event: unknown = {}): Promise<InvokeOutcome> {
  return target.invoke({ payload: JSON.stringify(event) })
}

/** What the handler returned. */
export async function resultOf(target: LambdaFunction, event: unknown = {}): Promise<unknown> {
  const outcome = await invoke(target, event)
  if (outcome.kind !== 'success') throw new Error(`No result: ${JSON.stringify(outcome)}`)
  return JSON.parse(outcome.payload)
}

export type Failure = Extract<InvokeOutcome, { kind: 'function-error' }>

export async function failureOf(target: LambdaFunction, event: unknown = {}): Promise<Failure> {
  const outcome = await invoke(target, event)
  if (outcome.kind !== 'function-error') throw new Error(`No failure: ${JSON.stringify(outcome)}`)
  return outcome
}

/** What the function itself wrote. */
export function written(outcome: InvokeOutcome): string[] {
  return outcome.invocation.logs
    .filter((line) => line.stream !== 'platform')
    .map(({ text }) => text)
}

export function platformLines(outcome: InvokeOutcome): string[] {
  return outcome.invocation.logs
    .filter((line) => line.stream === 'platform')
    .map(({ text }) => text)
}

/** How the system sees a process: running, stopped, or gone (which one that waits for its parent is as well). */
export function stateOf(pid: number): 'running' | 'stopped' | 'gone' {
  const letter = process.platform === 'linux' ? stateInProc(pid) : stateInPs(pid)
  if (letter === '' || letter === 'Z' || letter === 'X') return 'gone'
  return letter === 'T' ? 'stopped' : 'running'
}

function stateInProc(pid: number): string {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? ''
  } catch {
    return ''
  }
}

function stateInPs(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).slice(0, 1)
  } catch {
    return ''
  }
}
