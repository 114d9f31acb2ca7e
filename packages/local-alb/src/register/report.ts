import { rmSync, writeFileSync, writeSync } from 'node:fs'
import { readRecords } from './records.js'
import { type Summary, summarise } from './summary.js'
import { toSummaryText } from './summary-text.js'

/** How a run's summary is told. */
export interface ReportOptions {
  readonly mode: Summary['mode']
  /** `stderr`, `none`, or a file, which gets it as JSON. */
  readonly to: string
  /** On standard error: one line of JSON instead of text. */
  readonly json?: boolean
}

/** Tells what happened in a run, and removes its folder. Synchronous: also the end of a process has time for it. */
export function reportRun(folder: string, { mode, to, json = false }: ReportOptions): void {
  try {
    if (to === 'none') return
    const summary = summarise(mode, readRecords(folder))
    if (to === 'stderr') {
      writeToStderr(json ? `${JSON.stringify(summary)}\n` : toSummaryText(summary))
    } else {
      writeFileSync(to, `${JSON.stringify(summary, undefined, 2)}\n`)
    }
  } catch (error) {
    writeToStderr(`local-alb: the summary was lost: ${String(error)}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Past `process.stderr`, which tests replace to see what is written there, and which may drop what is written while the
 * process ends.
 */
export function writeToStderr(text: string): void {
  let rest = Buffer.from(text)
  for (let attempt = 0; rest.length > 0 && attempt < 1000; attempt += 1) {
    try {
      rest = rest.subarray(writeSync(2, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      // A full pipe whose reader is slow: give it a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
