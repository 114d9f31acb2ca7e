import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecordWriter } from './records.js'
import { reportRun } from './report.js'
import type { RequestRecord } from './request-record.js'
import type { RegisterSettings } from './settings.js'

/**
 * Where this process's records go.
 *
 * The first process of a run has no folder yet: it names one, hands it to the processes that it starts by the
 * environment, and tells the summary of them all when it ends.
 */
export function joinRun({
  records,
  summary,
  alb,
}: RegisterSettings): (record: RequestRecord) => void {
  if (summary === 'none') return () => undefined
  const isFirst = records === undefined
  const folder = records ?? join(tmpdir(), `local-alb-${randomUUID()}`)
  const writer = new RecordWriter(folder)
  if (isFirst) process.env['LOCAL_ALB_RECORDS'] = folder
  process.on('exit', () => {
    writer.flush()
    if (isFirst) {
      reportRun(folder, { mode: alb.multiValueHeaders ? 'multi' : 'single', to: summary })
    }
  })
  return (record) => {
    writer.add(record)
  }
}
