import { rmSync, writeFileSync, writeSync } from 'node:fs'
import { painter } from '../commands/paint.js'
import { toCounts, toFindingsText } from '../doctor/findings-text.js'
import type { Finding } from '../doctor/finding.js'
import { toFindingJson } from '../doctor/finding-json.js'
import { DOCTOR_RECORDS, type DoctorRecord } from '../doctor/runner/records.js'
import { toFindings } from '../doctor/to-findings.js'
import { readRecords, readRecordsOf } from './records.js'
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
    const findings = readFindings(folder, mode)
    const summary = {
      ...summarise(mode, readRecords(folder)),
      ...(findings.length > 0 && { findings: findings.map(toFindingJson) }),
    }
    if (to === 'stderr') {
      writeToStderr(
        json ? `${JSON.stringify(summary)}\n` : toSummaryText(summary) + toDoctorText(findings),
      )
    } else {
      writeFileSync(to, `${JSON.stringify(summary, undefined, 2)}\n`)
    }
  } catch (error) {
    writeToStderr(`local-alb: the summary was lost: ${String(error)}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function readFindings(folder: string, mode: Summary['mode']): Finding[] {
  const records = readRecordsOf<DoctorRecord>(folder, DOCTOR_RECORDS).flat()
  const observations = records.flatMap((record) =>
    record.type === 'observation' ? [record.observation] : [],
  )
  return toFindings(observations, () => undefined, mode === 'multi')
}

const WIDTH = 100

function toDoctorText(findings: readonly Finding[]): string {
  if (findings.length === 0) return ''
  const text = toFindingsText(findings, painter(false), WIDTH)
  return `\nlocal-alb: seen meanwhile, and not the same in a function: ${toCounts(findings)}\n\n${text}`
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
