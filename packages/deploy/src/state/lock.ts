import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { Clock } from '../clock.js'
import { toReason } from '../cut-over-error.js'
import { isRunningHere, type ProcessName, thisProcess } from './process.js'

/** Held no longer than a write and the reading after it; a rollback may take ten minutes. */
const OLDEST_MS = 15 * 60_000
const EMPTY_MS = 2_000
const RETRY_MS = 50

const heldHere = new Set<string>()

/**
 * Lets one process at a time read the rule, write it and read it again, on this machine: a rollback from another
 * terminal comes before the next shift or after it, never in between.
 *
 * @param patienceMs how long to wait for the other
 * @returns what gives it back; undefined when the other did not end
 */
export async function acquireLock(
  file: string,
  clock: Clock,
  patienceMs: number,
): Promise<(() => Promise<void>) | undefined> {
  const until = clock.now() + patienceMs
  while (!(await tryAcquire(file))) {
    if (await isLeftBehind(file)) await rm(file, { force: true })
    else if (clock.now() >= until) return undefined
    else await clock.sleep(RETRY_MS)
  }
  return async () => {
    heldHere.delete(file)
    // One that cannot be removed is known by its process, which ends.
    await rm(file, { force: true }).catch(() => undefined)
  }
}

async function tryAcquire(file: string): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(thisProcess), { flag: 'wx' })
    heldHere.add(file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw new Error(`The lock file ${file} cannot be written: ${toReason(error)}`, { cause: error })
  }
}

async function isLeftBehind(file: string): Promise<boolean> {
  try {
    const age = Date.now() - (await stat(file)).mtimeMs
    if (age > OLDEST_MS) return true
    const text = await readFile(file, 'utf8')
    // Its process ended between making the file and writing to it.
    if (text === '') return age > EMPTY_MS
    const owner = JSON.parse(text) as ProcessName
    if (owner.host !== thisProcess.host) return false
    return owner.pid === thisProcess.pid ? !heldHere.has(file) : !isRunningHere(owner)
  } catch {
    // Gone meanwhile, or being written at this moment.
    return false
  }
}
