import { RefusedError } from '../message.js'
import type { InvokeOutcome } from './lambda-function.js'
import type { TargetReport } from './target.js'

/**
 * What the function returned, as JSON text; put into the report too, also what Lambda says of a failure.
 *
 * @throws {RefusedError} 502 `LambdaUnhandled` or `LambdaThrottling` when it returned nothing (ALB user guide, "Access
 * logs", "Error reason codes")
 */
export function payloadOf(outcome: InvokeOutcome, report: TargetReport): string {
  if (outcome.kind === 'success') {
    report.result = outcome.payload
    return outcome.payload
  }
  if (outcome.kind === 'throttled') {
    throw new RefusedError({
      status: 502,
      errorReason: 'LambdaThrottling',
      explanation: `Lambda throttled the invocation: ${outcome.explanation}`,
    })
  }
  const { errorType, errorMessage, trace } = outcome
  report.result = JSON.stringify({ errorType, errorMessage, trace })
  throw new RefusedError({
    status: 502,
    errorReason: 'LambdaUnhandled',
    explanation: `The function failed with ${errorType}: ${errorMessage || '(no message)'}; its logs say more`,
  })
}
