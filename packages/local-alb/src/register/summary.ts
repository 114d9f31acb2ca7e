import type { RequestRecord } from './request-record.js'

/** What happened in all processes of a run; what `local-alb exec --json` prints. */
export interface Summary {
  mode: 'single' | 'multi'
  /** Processes, and threads, in which a request was answered. */
  processes: number
  requests: number
  /** Answered with what the function returned. */
  answered: number
  /** The client left first. */
  abandoned: number
  /** Answered by the load balancer itself; the most frequent first. */
  refused: RefusalCount[]
  /** Answered with 500 because local-alb or the adapter could not do their work. */
  faults: { message: string; count: number }[]
}

export interface RefusalCount {
  readonly status: number
  /** The access log's `error_reason`. */
  readonly errorReason?: string
  count: number
  readonly causes: { readonly explanation: string; readonly example: string; count: number }[]
}

/**
 * Adds up the records of a run.
 *
 * @param processes the records of each process
 */
export function summarise(
  mode: Summary['mode'],
  processes: readonly (readonly RequestRecord[])[],
): Summary {
  const summary: Summary = {
    mode,
    processes: processes.length,
    requests: 0,
    answered: 0,
    abandoned: 0,
    refused: [],
    faults: [],
  }
  for (const record of processes.flat()) add(summary, record)
  for (const { causes } of summary.refused) causes.sort(byCount)
  summary.refused.sort(byCount)
  summary.faults.sort(byCount)
  return summary
}

function add(summary: Summary, record: RequestRecord): void {
  summary.requests += 1
  switch (record.outcome) {
    case 'answered':
    case 'abandoned':
      summary[record.outcome] += 1
      return
    case 'fault': {
      const { message } = record
      countIn(summary.faults, (fault) => fault.message === message, { message, count: 0 })
      return
    }
    case 'refused': {
      const { status, errorReason, explanation, request } = record
      const { causes } = countIn(
        summary.refused,
        (refusal) => refusal.status === status && refusal.errorReason === errorReason,
        { status, ...(errorReason !== undefined && { errorReason }), count: 0, causes: [] },
      )
      countIn(causes, (cause) => cause.explanation === explanation, {
        explanation,
        example: request,
        count: 0,
      })
    }
  }
}

/** Counts one more of the entry that fits, or the first of a new one. */
function countIn<Entry extends { count: number }>(
  entries: Entry[],
  fits: (entry: Entry) => boolean,
  fresh: Entry,
): Entry {
  const found = entries.find(fits)
  const entry = found ?? fresh
  if (found === undefined) entries.push(entry)
  entry.count += 1
  return entry
}

function byCount(one: { count: number }, other: { count: number }): number {
  return other.count - one.count
}
