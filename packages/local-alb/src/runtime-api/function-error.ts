/** What Lambda puts into the payload of an invocation that failed. */
export interface FunctionError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

// As Go's os package names them, which Lambda's own agent is written in.
const SIGNAL_NAMES: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
}

/** The process ended by itself, or could not be started; worded as Lambda does. */
export function toExitError(exit: ProcessExit | Error, requestId: string): FunctionError {
  const isExit = !(exit instanceof Error)
  return {
    errorType: isExit ? 'Runtime.ExitError' : 'Runtime.InvalidEntrypoint',
    errorMessage: `RequestId: ${requestId} Error: ${isExit ? describeExit(exit) : exit.message}`,
  }
}

function describeExit({ code, signal }: ProcessExit): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`
  if (code === 0) return 'Runtime exited without providing a reason'
  return `Runtime exited with error: exit status ${String(code)}`
}

/** More resident memory than the function has: Lambda's kernel kills the process. */
export function toOutOfMemoryError(requestId: string): FunctionError {
  return {
    errorType: 'Runtime.OutOfMemory',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  }
}

export function toTimeoutError(requestId: string, timeoutMs: number): FunctionError {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: ${describeTimeout(timeoutMs)}`,
  }
}

/** Lambda's limit for a result: 6 MB and a little, as in AWS's Runtime Interface Emulator. */
export const MAX_PAYLOAD_BYTES: number = 6 * 1024 * 1024 + 100

export function toTooLargeError(size: number): FunctionError {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage:
      `Response payload size (${size} bytes) exceeded maximum allowed payload size ` +
      `(${MAX_PAYLOAD_BYTES} bytes).`,
  }
}

export function toClosedError(requestId: string): FunctionError {
  return {
    errorType: 'Sandbox.Failure',
    errorMessage: `RequestId: ${requestId} Error: local-alb closed the function.`,
  }
}

export function describeTimeout(timeoutMs: number): string {
  return `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
}

/** The body of a posted error; the header's type where the body has none. */
export function parseErrorBody(body: string, headerType: string | undefined): FunctionError {
  const parsed = parseObject(body)
  const { errorType, errorMessage, trace } = parsed
  return {
    errorType: typeof errorType === 'string' ? errorType : (headerType ?? 'Runtime.Unknown'),
    errorMessage: typeof errorMessage === 'string' ? errorMessage : body.slice(0, 1000),
    ...(Array.isArray(trace) && { trace: trace.map(String) }),
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
