import type { Groups } from '../rule/rule.js'
import type { Weights } from '../rule/weights.js'

/**
 * What must be known when the command is run again. The rule itself says what the weights are; the file says which of
 * them are ours, and where to go back to.
 */
export interface State {
  readonly version: 1
  readonly rule: string
  readonly groups: Groups
  /** The weights before the first shift: what is rolled back to. */
  readonly original: Weights
  /** When they were noted. */
  readonly notedAt: string
  /** What was written last and seen to be there. Undefined before the first write. */
  readonly written?: Weights
  /** What is about to be written. Still there when the command died: then it may be there or not. */
  readonly pending?: Weights
  /** The step that is or was watched. */
  readonly step?: Step
  /** The last step whose watch is over, and was good. */
  readonly passed?: number
  /** When the first shift after the start or the last rollback was made. */
  readonly sequenceStartedAt?: number
  readonly status: 'shifting' | 'watching' | 'passed' | 'held' | 'rolled-back' | 'stopped'
  /** Who writes this file. A run that finds another's name in it stops. */
  readonly runner: Runner
  readonly updatedAt: string
}

export interface Step {
  readonly percent: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly watchMs: number
}

export interface Runner {
  readonly id: string
  readonly pid: number
  readonly host: string
}
