import type { Alarm } from '../aws/alarms.js'
import type { Counts } from '../aws/counts.js'
import type { GroupHealth } from '../aws/target-groups.js'
import type { Groups } from '../rule/rule.js'
import type { Weights } from '../rule/weights.js'

/** What the command tells while it works: for people as text, with `--json` one object a line. */
export type Event =
  PlanEvent | CallEvent | WrittenEvent | WatchEvent | NoteEvent | StatusEvent | EndEvent

/** What is going to be done, or with a dry run would be. */
export interface PlanEvent {
  readonly event: 'plan'
  readonly rule: string
  readonly isDefault: boolean
  readonly groups: Groups
  readonly weights: Weights
  /** 0 where each request is dealt anew. */
  readonly stickinessSeconds: number
  readonly steps: readonly PlannedStep[]
  readonly rollbackTo: Weights
  readonly rollbackCall: string
  readonly watchMs: number
  readonly dryRun: boolean
}

export interface PlannedStep {
  readonly percent: number
  readonly weights: Weights
  /** Undefined where the rule has these weights already and is only watched. */
  readonly call: string | undefined
}

/** A call that changes the rule, right before it is made. */
export interface CallEvent {
  readonly event: 'call'
  readonly purpose: Purpose
  readonly call: string
}

export type Purpose = 'shift' | 'rollback'

/** It was made, and the rule was seen to be so. */
export interface WrittenEvent {
  readonly event: 'written'
  readonly purpose: Purpose
  readonly weights: Weights
}

/** One look at everything while a step is watched. */
export interface WatchEvent {
  readonly event: 'watch'
  readonly percent: number
  readonly elapsedMs: number
  readonly totalMs: number
  /** Since the step began. */
  readonly requests: number
  readonly errors: number
  /** The highest of any window so far, 0 to 1. */
  readonly errorRate: number
  readonly counts: Counts
  readonly alarms: readonly Alarm[]
  readonly health: GroupHealth
}

export interface NoteEvent {
  readonly event: 'note'
  readonly level: 'info' | 'warning'
  readonly message: string
}

export interface StatusEvent {
  readonly event: 'status'
  readonly rule: string
  readonly priority: string
  readonly isDefault: boolean
  readonly conditions: string
  readonly groups: Groups
  readonly types: Readonly<Record<string, string>>
  readonly weights: Weights
  /** 0 where each request is dealt anew. */
  readonly stickinessSeconds: number
  readonly health: { readonly existing: GroupHealth; readonly function: GroupHealth }
  readonly functionArn: string | undefined
  readonly counts: Counts
  readonly windowMs: number
  readonly alarms: readonly Alarm[]
  /** From the state file, where there is one. */
  readonly noted: { readonly original: Weights; readonly status: string } | undefined
  readonly warnings: readonly string[]
}

/** The last event of every run. */
export interface EndEvent {
  readonly event: 'end'
  readonly outcome: string
  readonly exitCode: number
  readonly message: string
  /** The rule's, as it was seen or written last. */
  readonly weights: Weights | undefined
}

export type Report = (event: Event) => void
