import { EXIT, type ExitCode } from './exit-codes.js'
import type { Weights } from './rule/weights.js'

/** An end that the user must hear of, with its exit code. The message says what is, and what to do. */
export class CutOverError extends Error {
  override readonly name = 'CutOverError'
  readonly exitCode: ExitCode
  /** The rule's, where they are not those that were written last. */
  readonly weights: Weights | undefined

  constructor(
    exitCode: ExitCode,
    message: string,
    { weights, ...options }: ErrorOptions & { readonly weights?: Weights | undefined } = {},
  ) {
    super(message, options)
    this.exitCode = exitCode
    this.weights = weights
  }
}

/** Nothing was changed, and nothing will be before something else is. */
export function refusal(message: string): CutOverError {
  return new CutOverError(EXIT.refused, message)
}

/** Thrown where a signal ends the work. Nothing is written after it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('interrupted')
  }
}

/** An error in one line: AWS's errors carry their code as `name`. */
export function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A connection that every address refused says so only in its parts.
  const parts = error instanceof AggregateError ? error.errors.map(toReason).join('; ') : ''
  const message = error.message === '' ? parts : error.message
  if (error.name === 'Error' || error instanceof CutOverError) return message
  return message === '' ? error.name : `${error.name}: ${message}`
}
