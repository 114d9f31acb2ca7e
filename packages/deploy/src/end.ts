import type { ExitCode } from './exit-codes.js'
import type { Weights } from './rule/weights.js'

/** How a run ended that came to its end. */
export interface End {
  readonly exitCode: ExitCode
  readonly message: string
  readonly weights: Weights
}
