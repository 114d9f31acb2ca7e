import {
  toClosedError,
  toExitError,
  toOutOfMemoryError,
  toTimeoutError,
  type FunctionError,
  type ProcessExit,
} from './function-error.js'

/** What ends an environment's wait for its runtime. */
export type Happening =
  /** The runtime asks for the next event. */
  | { readonly kind: 'waiting' }
  /** It was not quick enough. */
  | { readonly kind: 'timeout' }
  /** It has more memory than the function may have. */
  | { readonly kind: 'out-of-memory' }
  /** The function was closed. */
  | { readonly kind: 'closed' }
  /** The runtime could not load the function. */
  | { readonly kind: 'init-failed'; readonly error: FunctionError }
  /** The process is gone, or could not be started. */
  | { readonly kind: 'ended'; readonly exit: ProcessExit | Error }

/** What Lambda tells the caller; `undefined` when the runtime is well. */
export function toError(
  happening: Happening,
  requestId: string,
  timeoutMs: number,
): FunctionError | undefined {
  const { kind } = happening
  if (kind === 'timeout') return toTimeoutError(requestId, timeoutMs)
  if (kind === 'out-of-memory') return toOutOfMemoryError(requestId)
  if (kind === 'closed') return toClosedError(requestId)
  if (kind === 'init-failed') return happening.error
  if (kind === 'ended') return toExitError(happening.exit, requestId)
  return undefined
}
