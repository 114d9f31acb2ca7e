/** What happened. Stable, for filters and alarms. */
export type LogCode =
  /** The listener or a hook threw, or a promise of theirs was rejected: answered with 500. */
  | 'app-failed'
  /** The app destroyed the request, the response or the socket: answered with 502. */
  | 'disconnected'
  /** The response was not finished shortly before Lambda's deadline: answered with 504. */
  | 'out-of-time'
  /** The result is larger than an ALB takes: answered with 500. */
  | 'too-large'
  /** The status is none from 200 to 599: passed on, and an ALB is expected to answer 502. */
  | 'odd-status'
  /** The app failed after its response was finished, which changes nothing. */
  | 'late-error'
  /** The app failed to initialise: reported to Lambda. */
  | 'init-failed'
  /** A response in single-value mode has several cookies. Logged once by each handler. */
  | 'several-cookies'

/** One event worth a line in the function's log. All members are safe to serialise. */
export interface LogEntry {
  readonly code: LogCode
  /** Lambda's id of the invocation. */
  readonly requestId?: string | undefined
  readonly method?: string
  /** Path without query, which may hold secrets. */
  readonly path?: string
  /** The route's pattern, when a router such as Express noted it on the request. */
  readonly route?: string | undefined
  /** Bytes of body. */
  readonly size?: number | undefined
  /** What was thrown, with its stack. */
  readonly error?: unknown
}

/** Where the adapter's own log entries go; pino and most other loggers fit as they are. */
export interface Logger {
  warn(entry: LogEntry, message: string): void
  error(entry: LogEntry, message: string): void
}
