/** What CloudWatch counted, summed over a time. */
export interface Counts {
  readonly existing: GroupCounts
  readonly function: GroupCounts
  /** The alias as Lambda counts it: test requests and health checks are in it, too. */
  readonly lambda: LambdaCounts
  /** Responses of the load balancer itself, those of all its rules. */
  readonly loadBalancer: LoadBalancerCounts
}

export interface GroupCounts {
  readonly requests: number
  /** 5xx of the app. */
  readonly target5xx: number
  /** 5xx of the load balancer in the function's place, for what the function did. */
  readonly userErrors: number
  /** The same for what AWS did. */
  readonly internalErrors: number
}

export interface LambdaCounts {
  readonly invocations: number
  readonly errors: number
  readonly throttles: number
}

export interface LoadBalancerCounts {
  readonly elb5xx: number
  readonly elb502: number
}

/** The counts of the minute that begins at `at`. */
export interface Minute {
  readonly at: number
  readonly counts: Counts
}

export const MINUTE_MS = 60_000

export const NO_COUNTS: Counts = {
  existing: { requests: 0, target5xx: 0, userErrors: 0, internalErrors: 0 },
  function: { requests: 0, target5xx: 0, userErrors: 0, internalErrors: 0 },
  lambda: { invocations: 0, errors: 0, throttles: 0 },
  loadBalancer: { elb5xx: 0, elb502: 0 },
}

export function startOfMinute(time: number): number {
  return Math.floor(time / MINUTE_MS) * MINUTE_MS
}

/** All from a time to another, the second one excluded. */
export function sum(minutes: readonly Minute[], from: number, to: number): Counts {
  return minutes
    .filter(({ at }) => at >= from && at < to)
    .reduce((total, { counts }) => add(total, counts), NO_COUNTS)
}

function add(left: Counts, right: Counts): Counts {
  return {
    existing: addEach(left.existing, right.existing),
    function: addEach(left.function, right.function),
    lambda: addEach(left.lambda, right.lambda),
    loadBalancer: addEach(left.loadBalancer, right.loadBalancer),
  }
}

function addEach<T extends GroupCounts | LambdaCounts | LoadBalancerCounts>(left: T, right: T): T {
  const values: Readonly<Record<string, number>> = { ...right }
  // The same names on both sides, so the sum has them as well.
  return Object.fromEntries(
    Object.entries(left).map(([name, value]: [string, number]) => [
      name,
      value + (values[name] ?? 0),
    ]),
  ) as unknown as T
}

/** Requests of a group that ended in a 5xx, whoever answered. */
export function errorsOf({ target5xx, userErrors, internalErrors }: GroupCounts): number {
  return target5xx + userErrors + internalErrors
}
