import type { Invocation, InvokeOutcome } from '../targets/lambda-function.js'
import type { Answer } from './answer.js'
import { toClosedError } from './function-error.js'

export function toOutcome(answer: Answer, invocation: Invocation): InvokeOutcome {
  if (answer.kind === 'success') {
    return { kind: 'success', payload: answer.payload, invocation }
  }
  return { kind: 'function-error', ...answer.error, invocation }
}

/** Lambda answers 429 at once; nothing waits for an environment. */
export function throttledOutcome(requestId: string, concurrency: number): InvokeOutcome {
  const environments = concurrency === 1 ? '1 environment is' : `${concurrency} environments are`
  return {
    kind: 'throttled',
    explanation: `All ${environments} busy, which is the concurrency limit; Lambda answers 429 (TooManyRequestsException).`,
    invocation: withoutEnvironment(requestId),
  }
}

export function closedOutcome(requestId: string): InvokeOutcome {
  const error = toClosedError(requestId)
  return toOutcome({ kind: 'error', error }, withoutEnvironment(requestId))
}

function withoutEnvironment(requestId: string): Invocation {
  return { requestId, coldStart: false, durationMs: 0, logs: [] }
}
