import { FOLD_REASONS, type FoldReason } from './compare/finding.js'
import { type Comparison, type Verdict, verdictOf } from './comparison.js'
import { type Answer, isResponse } from './answer.js'

/** A run and its figures. Answers of what was the same are let go: a long run would not fit into memory. */
export class Outcome {
  /** All of those that differ or were not answered, and of the others what a list shows. */
  readonly comparisons: Kept[] = []
  readonly folded: Map<FoldReason, number> = new Map()
  /** How many responses have each difference, by its kind: `header cache-control`. */
  readonly kinds: Map<string, number> = new Map()
  readonly leftMs: number[] = []
  readonly rightMs: number[] = []
  same = 0
  different = 0
  unanswered = 0
  #keptBytes = 0
  readonly #keepBodies: boolean
  readonly #keepFolds: boolean

  /**
   * @param keep bodies: for a report that shows them, up to {@link MAX_KEPT_BODIES_BYTES} in all; folds: of what is the same,
   * too
   */
  constructor(keep: { readonly bodies: boolean; readonly folds: boolean }) {
    this.#keepBodies = keep.bodies
    this.#keepFolds = keep.folds
  }

  get total(): number {
    return this.same + this.different + this.unanswered
  }

  add(comparison: Comparison): void {
    const { left, right, differences, folds } = comparison
    const verdict = verdictOf(comparison)
    this[verdict] += 1
    if (isResponse(left) && isResponse(right)) {
      this.leftMs.push(left.ms)
      this.rightMs.push(right.ms)
    }
    for (const reason of new Set(folds.map((fold) => fold.reason))) count(this.folded, reason)
    for (const kind of new Set(differences.map(kindOf))) count(this.kinds, kind)
    this.comparisons.push({ ...this.#lighten(comparison, verdict), verdict })
  }

  /** Reasons in the order in which people read them, with the number of responses. */
  foldedInOrder(): (readonly [reason: FoldReason, count: number])[] {
    return (Object.keys(FOLD_REASONS) as FoldReason[]).flatMap((reason) => {
      const responses = this.folded.get(reason)
      return responses === undefined ? [] : [[reason, responses] as const]
    })
  }

  /** The most frequent first. */
  kindsInOrder(): (readonly [kind: string, count: number])[] {
    return [...this.kinds].toSorted(([, a], [, b]) => b - a)
  }

  #lighten(comparison: Comparison, verdict: Verdict): Comparison {
    const { left, right, request } = comparison
    const size =
      (isResponse(left) ? left.body.bytes.length : 0) +
      (isResponse(right) ? right.body.bytes.length : 0)
    if (
      verdict === 'different' &&
      this.#keepBodies &&
      this.#keptBytes + size <= MAX_KEPT_BODIES_BYTES
    ) {
      this.#keptBytes += size
      return comparison
    }
    return {
      ...comparison,
      request: { ...request, body: undefined },
      left: toLight(left, verdict),
      right: toLight(right, verdict),
      folds: verdict === 'same' && !this.#keepFolds ? [] : comparison.folds,
    }
  }
}

export interface Kept extends Comparison {
  readonly verdict: Verdict
}

const MAX_KEPT_BODIES_BYTES = 64 * 1024 * 1024

function toLight(answer: Answer, verdict: Verdict): Answer {
  if (!isResponse(answer)) return answer
  const headers = verdict === 'same' ? [] : answer.headers
  return { ...answer, headers, body: { ...answer.body, bytes: NO_BYTES } }
}

const NO_BYTES = Buffer.alloc(0)

/** What a difference is counted under. Places within a body are many; indices do not count. */
function kindOf({ aspect, name, left, right }: Comparison['differences'][number]): string {
  if (aspect === 'status') return `status ${left ?? ''} → ${right ?? ''}`
  if (aspect === 'answer') return 'no answer'
  return [aspect, name.replaceAll(/\[\d+\]/g, '[*]')].filter((word) => word !== '').join(' ')
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
