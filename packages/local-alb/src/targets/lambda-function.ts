/** A line that the function wrote, or that the Lambda service wrote about it (`START`, `END`, `REPORT`). */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr' | 'platform'
  readonly text: string
  readonly time: Date
}

/** How one invocation went, whatever became of it. */
export interface Invocation {
  readonly requestId: string
  /** The execution environment that ran it; `undefined` when none did (throttled). */
  readonly environment?: string
  readonly coldStart: boolean
  /** Milliseconds from the environment's start to its first `next`; cold starts only. */
  readonly initMs?: number
  readonly durationMs: number
  readonly logs: readonly LogLine[]
}

/**
 * What the Lambda service answers to a synchronous invoke.
 *
 * - `success`: the payload is what the handler returned, as JSON text (`null` for nothing).
 * - `function-error`: the handler threw, timed out, ran out of memory, crashed, or never initialised. `errorType` and
 *   `errorMessage` are those of the payload Lambda would give, such as `Runtime.ExitError`, `Sandbox.Timedout`.
 * - `throttled`: 429, no environment was free and none may be added.
 */
export type InvokeOutcome =
  | { readonly kind: 'success'; readonly payload: string; readonly invocation: Invocation }
  | {
      readonly kind: 'function-error'
      readonly errorType: string
      readonly errorMessage: string
      readonly trace?: readonly string[]
      readonly invocation: Invocation
    }
  | { readonly kind: 'throttled'; readonly explanation: string; readonly invocation: Invocation }

export interface InvokeRequest {
  /** The event, as JSON text. */
  readonly payload: string
  /** For `_X_AMZN_TRACE_ID`; without it a new trace starts. */
  readonly traceId?: string
}

/** Why a function could not be loaded, in the words of Lambda's runtime. */
export interface InitialisationError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[] | undefined
  /** What it wrote meanwhile. */
  readonly logs?: readonly LogLine[] | undefined
}

/** A function as its invokers see it. Never rejects: every way to go wrong is an outcome. */
export interface LambdaFunction {
  /** As people name it: its file, or the handler's name. */
  readonly label: string
  /**
   * Loads the function ahead of its first invocation, where it has an environment of its own to be loaded into.
   *
   * @returns what went wrong, if anything did; the next invocation would fail with the same
   */
  initialise?(): Promise<InitialisationError | undefined>
  invoke(request: InvokeRequest): Promise<InvokeOutcome>
  /**
   * Ends its environments and frees all it holds; what is under way fails. Safe to call twice. An invocation after it
   * starts anew: test tools close a server after each request, and listen again for the next.
   */
  close(): Promise<void>
}
