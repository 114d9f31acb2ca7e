import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readRecordsOf } from '../../register/records.js'
import { DOCTOR_RECORDS, type DoctorRecord, type RunRequest } from './records.js'

/** Longer than what any step takes that says nothing meanwhile: loading the app, a response without an end. */
const SILENCE_MS = 90_000
const OUTPUT_KEPT = 4000

/** Runs the app in a process of its own, and tells what was seen there. */
export async function runApp(
  run: RunRequest,
  onOutput: (text: string) => void = () => {},
): Promise<DoctorRecord[]> {
  const folder = mkdtempSync(join(tmpdir(), 'local-alb-'))
  try {
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', fileURLToPath(new URL('main.js', import.meta.url))],
      {
        env: { ...process.env, LOCAL_ALB_DOCTOR_RUN: JSON.stringify({ run, folder }) },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-OUTPUT_KEPT)
        onOutput(text)
      })
    }
    let isStuck = false
    const stopWatching = watchSilence(folder, run.patienceMs + SILENCE_MS, () => {
      isStuck = true
      child.kill('SIGKILL')
    })
    const stop = (): void => {
      child.kill('SIGKILL')
    }
    process.once('exit', stop)
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    process.off('exit', stop)
    stopWatching()
    const records = readRecordsOf<DoctorRecord>(folder, DOCTOR_RECORDS).flat()
    if (records.some(({ type }) => type === 'done' || type === 'failure')) return records
    const how = isStuck
      ? 'The app does not let go of the processor'
      : `The app ended its process (${signal ?? `exit code ${String(code)}`}) before it could be asked`
    return [
      ...records,
      { type: 'failure', message: [how, output.trim()].filter(Boolean).join('\n') },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Calls back when nothing has been recorded for a time. */
function watchSilence(folder: string, ms: number, onSilence: () => void): () => void {
  let bytes = -1
  let since = Date.now()
  const timer = setInterval(() => {
    const now = existsSync(folder) ? sizeOf(folder) : 0
    if (now !== bytes) {
      bytes = now
      since = Date.now()
    } else if (Date.now() - since > ms) onSilence()
  }, 1000)
  timer.unref()
  return () => {
    clearInterval(timer)
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder)
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
}
