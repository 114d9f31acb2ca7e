/** `breaks`: it will not work. `check`: it may not do what it did. `note`: good to know. */
export type Severity = 'breaks' | 'check' | 'note'

/** A place in a source as its author wrote it, source maps followed; line and column from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The kinds of things that do not move from a server to a function as they are. */
export type FindingKind =
  | 'upgrade'
  | 'event-stream'
  | 'open-response'
  | 'large-response'
  | 'large-request'
  | 'work-after-response'
  | 'timer'
  | 'memory-session'
  | 'memory-rate-limit'
  | 'memory-cache'
  | 'memory-state'
  | 'write'
  | 'listen'
  | 'cluster'
  | 'child-process'
  | 'trust-proxy'
  | 'several-cookies'
  | 'repeated-query'
  | 'native-module'
  | 'signal'
  | 'bundle-size'

/** Something that was seen while the app ran, or read in its sources. */
export interface Observation {
  readonly kind: FindingKind
  /** One sentence without a full stop. */
  readonly what: string
  readonly place?: Place | undefined
  /** Other than the kind's own. */
  readonly severity?: Severity | undefined
  /** The package that does it where none of the app's own code could be seen doing so. */
  readonly package?: string | undefined
}

/** What is told of one place. */
export interface Finding {
  readonly kind: FindingKind
  readonly severity: Severity
  readonly what: string
  readonly place?: Place | undefined
  /** Why it matters on Lambda behind an Application Load Balancer. */
  readonly why: string
  /** What to do. */
  readonly remedy: string
}
