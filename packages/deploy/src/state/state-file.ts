import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { refusal, toReason } from '../cut-over-error.js'
import type { State } from './state.js'

/** @returns undefined where there is no file yet */
export async function readState(file: string): Promise<State | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw refusal(`The state file ${file} cannot be read: ${toReason(error)}`)
  }
  const state = parse(text)
  if (!isState(state)) {
    throw refusal(
      `The state file ${file} was not written by this version of the command. Look at it, and move it away to begin anew.`,
    )
  }
  return state
}

/** Whole or not at all, whenever the process or the machine ends. */
export async function writeState(file: string, state: State): Promise<void> {
  const next = `${file}.${randomUUID()}.tmp`
  try {
    const handle = await open(next, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(state, undefined, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(next, file)
  } catch (error) {
    await rm(next, { force: true }).catch(() => undefined)
    throw new Error(`The state file ${file} cannot be written: ${toReason(error)}`, {
      cause: error,
    })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isState(value: unknown): value is State {
  if (!isObject(value) || value['version'] !== 1 || typeof value['rule'] !== 'string') return false
  const { groups, original, written, pending, step, runner, status } = value
  return (
    isObject(groups) &&
    typeof groups['existing'] === 'string' &&
    typeof groups['function'] === 'string' &&
    isWeights(original) &&
    (written === undefined || isWeights(written)) &&
    (pending === undefined || isWeights(pending)) &&
    (step === undefined || (isObject(step) && typeof step['startedAt'] === 'number')) &&
    isObject(runner) &&
    typeof runner['id'] === 'string' &&
    typeof status === 'string'
  )
}

function isWeights(value: unknown): boolean {
  return isObject(value) && [value['existing'], value['function']].every(isWeight)
}

function isWeight(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 999
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
