import { formatPercent, shareOf, weightsFor, type Weights } from '../rule/weights.js'
import type { State } from '../state/state.js'

export interface PlannedWeights {
  readonly percent: number
  readonly weights: Weights
  /** False where the rule has this share already, and the step is only watched. */
  readonly isWritten: boolean
  /** When it began, where it is gone on with. */
  readonly startedAt: number | undefined
}

export interface Planned {
  readonly steps: readonly PlannedWeights[]
  readonly notes: readonly string[]
}

/**
 * What is left to do. Steps below the share that the function has are over; the one it has is watched to its end, unless it
 * was already.
 *
 * @param percents one for `--to`, which may lead down, or several rising ones
 */
export function planSteps(
  percents: readonly number[],
  current: Weights,
  state: State | undefined,
): Planned {
  const share = shareOf(current) ?? -1
  const notes: string[] = []
  const steps = percents.flatMap((percent): PlannedWeights[] => {
    const weights = weightsFor(percent)
    if (isSame(percent, share)) {
      const step = state?.step?.percent === percent ? state.step : undefined
      if (state?.passed === percent) {
        notes.push(`${percent} % was reached and watched already.`)
        return []
      }
      return [{ percent, weights: current, isWritten: false, startedAt: step?.startedAt }]
    }
    if (percent < share && percents.length > 1) {
      notes.push(
        `${percent} % is left out: the function has ${formatPercent(share)} % of the requests already.`,
      )
      return []
    }
    return [{ percent, weights, isWritten: true, startedAt: undefined }]
  })
  return { steps, notes }
}

function isSame(percent: number, share: number): boolean {
  return Math.abs(percent - share) < 1e-9
}
