import { isResponse } from '../answer.js'
import type { FoldReason } from '../compare/finding.js'
import type { Outcome } from '../outcome.js'
import { summarize, type TimeSummary } from './times.js'

export interface ReportFacts {
  readonly left: string
  readonly right: string
  /** Where the requests come from. */
  readonly from: string
  readonly startedAt: Date
  /** What was not sent or not compared, and how often. */
  readonly leftOut: ReadonlyMap<string, number>
  /** Why it ended early; nothing when it did not. */
  readonly problem?: string | undefined
}

/** What `--json` prints; see docs/parity.md. */
export interface JsonReport {
  readonly left: string
  readonly right: string
  readonly from: string
  readonly startedAt: string
  readonly requests: number
  readonly same: number
  readonly different: number
  readonly unanswered: number
  readonly problem?: string
  readonly leftOut: Readonly<Record<string, number>>
  readonly folded: Readonly<Partial<Record<FoldReason, number>>>
  readonly times: { readonly left: TimeSummary | null; readonly right: TimeSummary | null }
  /** Those that differ or were not answered; with `all` every one. */
  readonly comparisons: readonly JsonComparison[]
}

interface JsonComparison {
  readonly number: number
  readonly source: string
  readonly method: string
  readonly target: string
  readonly verdict: string
  readonly left: JsonAnswer
  readonly right: JsonAnswer
  readonly differences: readonly JsonFinding[]
  readonly moreDifferences?: number
  readonly folded?: readonly JsonFinding[]
  readonly notes?: readonly string[]
}

/** `null` where that side has nothing. */
interface JsonFinding {
  readonly aspect: string
  readonly name: string
  readonly left: string | null
  readonly right: string | null
  readonly note?: string
  readonly reason?: string
}

interface JsonAnswer {
  readonly ms: number
  readonly status?: number
  readonly bytes?: number
  readonly failure?: string
}

export function toJsonReport(outcome: Outcome, facts: ReportFacts, all: boolean): JsonReport {
  const { left, right, from, startedAt, leftOut, problem } = facts
  return {
    left,
    right,
    from,
    startedAt: startedAt.toISOString(),
    requests: outcome.total,
    same: outcome.same,
    different: outcome.different,
    unanswered: outcome.unanswered,
    ...(problem !== undefined && { problem }),
    leftOut: Object.fromEntries(leftOut),
    folded: Object.fromEntries(outcome.foldedInOrder()),
    times: {
      left: summarize(outcome.leftMs) ?? null,
      right: summarize(outcome.rightMs) ?? null,
    },
    comparisons: outcome.comparisons
      .filter(({ verdict }) => all || verdict !== 'same')
      .map((comparison) => ({
        number: comparison.number,
        source: comparison.request.source,
        method: comparison.request.method,
        target: comparison.request.target,
        verdict: comparison.verdict,
        left: toAnswer(comparison.left),
        right: toAnswer(comparison.right),
        differences: comparison.differences.map(toFinding),
        ...(comparison.unlisted > 0 && { moreDifferences: comparison.unlisted }),
        ...(all && { folded: comparison.folds.map(toFinding) }),
        ...(comparison.notes.length > 0 && { notes: comparison.notes }),
      })),
  }
}

function toAnswer(answer: Outcome['comparisons'][number]['left']): JsonAnswer {
  const ms = Math.round(answer.ms * 10) / 10
  if (!isResponse(answer)) return { ms, failure: answer.failure }
  return { ms, status: answer.status, bytes: answer.body.length }
}

function toFinding({
  left,
  right,
  note,
  ...finding
}: Outcome['comparisons'][number]['differences'][number]): JsonFinding {
  return {
    ...finding,
    left: left ?? null,
    right: right ?? null,
    ...(note !== undefined && { note }),
  }
}
