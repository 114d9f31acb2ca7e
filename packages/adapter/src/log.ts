/** One event worth a line in the function's log. All members are safe to serialise. */
export interface LogEntry {
  /** Stable, for filters and alarms. */
  readonly code: LogCode
  readonly requestId?: string | undefined
  readonly method?: string
  /** Path without query, which may hold secrets. */
  readonly path?: string
  /** The route's pattern, when a router such as Express noted it on the request. */
  readonly route?: string
  /** Bytes. */
  readonly size?: number
  /** Bytes. */
  readonly limit?: number
  /** What to do about it. */
  readonly advice?: string
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string }
}

export type LogCode =
  | 'APP_INIT_FAILED'
  | 'INVALID_EVENT'
  | 'LISTENER_FAILED'
  | 'ERROR_AFTER_RESPONSE'
  | 'CONNECTION_DESTROYED'
  | 'OUT_OF_TIME'
  | 'RESPONSE_TOO_LARGE'
  | 'SEVERAL_COOKIES'
  | 'UNUSUAL_STATUS'
  | 'HOOK_FAILED'

/** Where the adapter's own log entries go; pino and most other loggers fit as they are. */
export interface Logger {
  warn(entry: LogEntry, message: string): void
  error(entry: LogEntry, message: string): void
}

/** One line of JSON for each entry, which CloudWatch Logs can filter by field. */
export const consoleLogger: Logger = {
  warn(entry, message) {
    console.warn(JSON.stringify({ level: 'warn', message: `express-alb: ${message}`, ...entry }))
  },
  error(entry, message) {
    console.error(JSON.stringify({ level: 'error', message: `express-alb: ${message}`, ...entry }))
  },
}

/** A logger that cannot fail: what breaks in a log must not break an answer. */
export function toSafeLogger(logger: Logger | false): Logger {
  const guarded =
    (level: 'warn' | 'error') =>
    (entry: LogEntry, message: string): void => {
      if (logger === false) return
      try {
        logger[level](entry, message)
      } catch (error) {
        console.error(`express-alb: the logger failed on ${entry.code}: ${String(error)}`)
      }
    }
  return { warn: guarded('warn'), error: guarded('error') }
}

/** An error, or whatever else was thrown, as an entry holds it. */
export function toLoggedError(error: unknown): NonNullable<LogEntry['error']> {
  if (!(error instanceof Error)) return { name: 'NonError', message: inspectBriefly(error) }
  const { name, message, stack } = error
  return stack === undefined ? { name, message } : { name, message, stack }
}

function inspectBriefly(value: unknown): string {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
