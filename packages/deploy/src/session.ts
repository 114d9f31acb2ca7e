import type { Aws } from './aws/clients.js'
import type { Clock } from './clock.js'
import { Interrupted } from './cut-over-error.js'
import type { Report } from './report/event.js'
import type { Weights } from './rule/weights.js'
import type { Runner } from './state/state.js'

/** What one run of the command works with. */
export interface Session {
  readonly aws: Aws
  readonly clock: Clock
  readonly report: Report
  /** Aborts with Ctrl-C. Reading and waiting end by it, a write that has begun does not. */
  readonly stop: AbortSignal
  readonly stateFile: string
  readonly runner: Runner
  readonly position: Position
  /** How to call the AWS CLI as this command was called: `--endpoint-url`, `--profile`. */
  readonly cliOptions: readonly string[]
  /** The command that rolls back, for people. */
  readonly rollbackCommand: string
}

/** What is known of the rule at any moment, for what is told when everything ends at once. */
export interface Position {
  /** As seen or written last. */
  weights: Weights | undefined
  /** A write of these is under way. */
  pending: Weights | undefined
  /** Whether this run has changed the rule. */
  hasWritten: boolean
  rollbackCommand: string
}

export function throwIfStopped({ stop }: Pick<Session, 'stop'>): void {
  if (stop.aborted) throw new Interrupted()
}

/** Reading that Ctrl-C ended is an interruption, not a failure. */
export async function reading<T>(session: Pick<Session, 'stop'>, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throwIfStopped(session)
    throw error
  }
}
