import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Observation } from '../doctor/finding.js'
import { DOCTOR_RECORDS, type DoctorRecord } from '../doctor/runner/records.js'
import { RecordWriter } from './records.js'
import { reportRun } from './report.js'
import type { RequestRecord } from './request-record.js'
import type { RegisterSettings } from './settings.js'

/** What a process tells of itself in a run. */
export interface Run {
  readonly record: (record: RequestRecord) => void
  /** Takes what was seen of the app; not there when nobody asks for it. */
  readonly observe: ((observation: Observation) => void) | undefined
}

/**
 * Where this process's records go.
 *
 * The first process of a run has no folder yet: it names one, hands it to the processes that it starts by the
 * environment, and tells the summary of them all when it ends.
 */
export function joinRun({ records, summary, alb, doctor }: RegisterSettings): Run {
  if (summary === 'none') return { record: () => undefined, observe: undefined }
  const isFirst = records === undefined
  const folder = records ?? join(tmpdir(), `local-alb-${randomUUID()}`)
  const writer = new RecordWriter(folder)
  const seen = new RecordWriter<DoctorRecord>(folder, DOCTOR_RECORDS)
  if (isFirst) process.env['LOCAL_ALB_RECORDS'] = folder
  process.on('exit', () => {
    writer.flush()
    seen.flush()
    if (isFirst) {
      reportRun(folder, { mode: alb.multiValueHeaders ? 'multi' : 'single', to: summary })
    }
  })
  return {
    record: (record) => {
      writer.add(record)
    },
    observe: doctor
      ? (observation) => {
          seen.add({ type: 'observation', observation })
        }
      : undefined,
  }
}
