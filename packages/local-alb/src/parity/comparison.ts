import type { Answer } from './answer.js'
import type { Difference, Fold } from './compare/finding.js'
import type { ParityRequest } from './request.js'

/** One request and what became of it. */
export interface Comparison {
  /** From 1, in the order of the source. */
  readonly number: number
  readonly request: ParityRequest
  readonly left: Answer
  readonly right: Answer
  readonly differences: readonly Difference[]
  readonly folds: readonly Fold[]
  /** Differences of the body that are not in the list. */
  readonly unlisted: number
  /** What else is worth knowing, such as that left itself changed its status. */
  readonly notes: readonly string[]
}

export type Verdict = 'same' | 'different' | 'unanswered'

/** `unanswered`: neither side gave an answer, so nothing was compared. */
export function verdictOf({ left, right, differences }: Comparison): Verdict {
  if ('failure' in left && 'failure' in right) return 'unanswered'
  return differences.length > 0 ? 'different' : 'same'
}
