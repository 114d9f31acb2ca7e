/** Where two answers differ. */
export interface Difference {
  readonly aspect: Aspect
  /** What of it: a header's name, `sid; Path` of a cookie, `$.total` of JSON; empty when there is only one. */
  readonly name: string
  /** For people, one line; `undefined` where that side has nothing. */
  readonly left: string | undefined
  readonly right: string | undefined
  readonly note?: string | undefined
}

export type Aspect = 'answer' | 'status' | 'header' | 'cookie' | 'body' | 'timing'

/** A difference that does not count, and why. */
export interface Fold extends Difference {
  readonly reason: FoldReason
}

export type FoldReason = keyof typeof FOLD_REASONS

/** Why a difference does not count, for people. */
export const FOLD_REASONS = {
  'hop-by-hop': 'fields of one connection (Connection, Keep-Alive, Transfer-Encoding …)',
  framing: 'Content-Length on one side only: the other is chunked',
  date: 'Date',
  server: 'Server and Via',
  'trace-id': 'trace and request ids of AWS and of tracing tools',
  'header-order': 'order of header fields',
  'header-case': 'upper and lower case of header names',
  'joined-lines': 'a repeated header field joined into one line',
  reason: 'the words behind the status code',
  location: 'a Location made absolute',
  'default-type': 'application/octet-stream where there was no Content-Type',
  'sticky-cookie': "a load balancer's own cookies (AWSALB…)",
  'cookie-order': 'order of cookies',
  'key-order': 'order of keys in JSON',
  compression: 'the same content, compressed otherwise',
  follows: 'header fields that follow from a body (Content-Length, ETag)',
  moment: 'the time of the request',
  volatile: 'values that left itself changes from one answer to the next',
  masked: 'masked by --ignore-…',
} as const

/** Differences of one body listed by themselves; more are only counted. */
const MAX_LISTED = 50

/** Collects what two answers differ in. */
export class Findings {
  readonly differences: Difference[] = []
  readonly folds: Fold[] = []
  #inBody = 0

  differ(difference: Difference): void {
    if (difference.aspect === 'body') {
      this.#inBody += 1
      if (this.#inBody > MAX_LISTED) return
    }
    this.differences.push(toKept(difference))
  }

  fold(reason: FoldReason, difference: Difference): void {
    if (this.folds.length < MAX_FOLDS) this.folds.push({ ...toKept(difference), reason })
  }

  /** Differences of the body that are not listed. */
  get unlisted(): number {
    return Math.max(0, this.#inBody - MAX_LISTED)
  }
}

/** Values of a body are cut to what is read of them, and cut off from the body, which could not be let go otherwise. */
function toKept(difference: Difference): Difference {
  const { aspect, left, right } = difference
  if (aspect !== 'body') return difference
  const [one, other] = toKeptPair(left, right)
  return { ...difference, left: one, right: other }
}

/** Two values from shortly before the place where they part. */
export function toKeptPair(
  left: string | undefined,
  right: string | undefined,
): readonly [left: string | undefined, right: string | undefined] {
  let from = 0
  if (left !== undefined && right !== undefined) {
    while (from < left.length && left[from] === right[from]) from += 1
  }
  from = Math.max(0, from - CONTEXT_LENGTH)
  return [cut(left, from), cut(right, from)]
}

function cut(value: string | undefined, from: number): string | undefined {
  if (value === undefined) return undefined
  const isLong = value.length > MAX_VALUE_LENGTH
  const part = isLong ? value.slice(from, from + MAX_VALUE_LENGTH) : value
  // A part of a string keeps the whole in memory; a copy does not.
  const copy = Buffer.from(part).toString()
  if (!isLong) return copy
  return `${from > 0 ? '…' : ''}${copy}${from + MAX_VALUE_LENGTH < value.length ? '…' : ''}`
}

const MAX_VALUE_LENGTH = 2000
const CONTEXT_LENGTH = 200

/** A body in which every line changes would otherwise fill the memory of a long run. */
const MAX_FOLDS = 500
