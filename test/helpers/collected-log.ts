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

/** The codes of log entries by what they say, so that tests read alike wherever they look. */
export const CODES = {
  appFailed: 'app-failed',
  hookFailed: 'app-failed',
  disconnected: 'disconnected',
  outOfTime: 'out-of-time',
  tooLarge: 'too-large',
  lateError: 'late-error',
  initFailed: 'init-failed',
  severalCookies: 'several-cookies',
} as const satisfies Record<string, LogCode>
