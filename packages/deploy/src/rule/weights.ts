/** The weights of the two groups, each a whole number from 0 to 999. */
export interface Weights {
  readonly existing: number
  readonly function: number
}

/** What is rolled back to where nobody noted anything better. */
export const ALL_TO_EXISTING: Weights = { existing: 100, function: 0 }

/**
 * The weights that give the function a share. Whole percents add up to 100, so that they read as percents; tenths of a
 * percent to 1,000, which keeps each weight within 999.
 *
 * @param percent 0 to 100, with one decimal at most
 */
export function weightsFor(percent: number): Weights {
  const total = Number.isInteger(percent) ? 100 : 1_000
  const share = Math.round((percent * total) / 100)
  return { existing: total - share, function: share }
}

/** The function's share in percent, or undefined where both weights are 0. */
export function shareOf({ existing, function: own }: Weights): number | undefined {
  const total = existing + own
  return total === 0 ? undefined : (own * 100) / total
}

/** Whether they deal out requests alike: 9 to 1 is what 90 to 10 is. */
export function haveSameShare(left: Weights, right: Weights): boolean {
  const isSame = left.function * right.existing === right.function * left.existing
  return isSame && shareOf(left) !== undefined && shareOf(right) !== undefined
}

export function areEqual(left: Weights, right: Weights): boolean {
  return left.existing === right.existing && left.function === right.function
}

/** For people: `existing 90, function 10 (10 %)`. */
export function describeWeights(weights: Weights): string {
  const share = shareOf(weights)
  const percent = share === undefined ? 'no request to either' : `${formatPercent(share)} %`
  return `existing ${weights.existing}, function ${weights.function} (${percent})`
}

export function formatPercent(percent: number): string {
  return String(Number(percent.toFixed(percent < 1 ? 2 : 1)))
}
