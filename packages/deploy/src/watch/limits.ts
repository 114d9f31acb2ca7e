import type { AlarmNames } from '../aws/alarms.js'

/** When a step counts as good, and when it is rolled back. */
export interface Limits {
  /** How long the requests of a step are watched. */
  readonly watchMs: number
  /** How much longer to look, since metrics come late. */
  readonly metricDelayMs: number
  /** From one look to the next. */
  readonly intervalMs: number
  /** The time over which errors and requests are compared. */
  readonly windowMs: number
  /** 0 to 1; above it the step is rolled back. */
  readonly maxErrorRate: number
  /** A step with fewer requests is not judged good. */
  readonly minRequests: number
  /** What becomes of it then. */
  readonly whenQuiet: 'hold' | 'continue'
  /** Responses of the load balancer itself in one window, of all its rules; undefined for any number. */
  readonly maxElb5xx: number | undefined
  readonly alarms: AlarmNames
  /** After so many looks in a row that failed, the step is rolled back, or left. */
  readonly maxReadFailures: number
  readonly whenBlind: 'rollback' | 'stop'
}
