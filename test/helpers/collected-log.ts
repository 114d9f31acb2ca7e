import type { LogCode, LogEntry, Logger } from 'express-alb'

/** A logger that keeps what it is given. */
export interface CollectedLog extends Logger {
  readonly entries: readonly (LogEntry & {
    readonly level: 'warn' | 'error'
    readonly message: string
  })[]
  /** The codes of all entries, in order. */
  readonly codes: LogCode[]
}

export function collectLog(): CollectedLog {
  const entries: CollectedLog['entries'][number][] = []
  const keep =
    (level: 'warn' | 'error') =>
    (entry: LogEntry, message: string): void => {
      entries.push({ ...entry, level, message })
    }
  return {
    entries,
    get codes() {
      return entries.map((entry) => entry.code)
    },
    warn: keep('warn'),
    error: keep('error'),
  }
}
