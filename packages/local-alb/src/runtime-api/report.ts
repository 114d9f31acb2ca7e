import { describeTimeout, type FunctionError } from './function-error.js'

/** What Lambda's log says at the end of an invocation. */
export interface Ending {
  readonly requestId: string
  readonly durationMs: number
  readonly timeoutMs: number
  readonly memoryMb: number
  /** Resident memory at its highest, where the system tells. */
  readonly usedMb: number | undefined
  /** Cold starts only. */
  readonly initMs: number | undefined
  /** What ended the environment; not there when the handler threw, which it survives. */
  readonly error: FunctionError | undefined
}

/** The platform's last lines of an invocation: what broke it, `END`, `REPORT`. */
export function toEndLines(ending: Ending): string[] {
  const { requestId, error } = ending
  const end = [`END RequestId: ${requestId}`, toReportLine(ending)]
  if (error === undefined) return end
  if (error.errorType === 'Sandbox.Timedout') {
    const time = new Date().toISOString()
    return [`${time} ${requestId} ${describeTimeout(ending.timeoutMs)}`, ...end]
  }
  return [`${error.errorMessage}\n${error.errorType}`, ...end]
}

/** What Lambda says of an initialisation that failed. */
export function toInitReportLine(initMs: number, error: FunctionError): string {
  return [`INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms`, ...toStatus(error)].join('\t')
}

function toReportLine(ending: Ending): string {
  const { durationMs, initMs, usedMb, error } = ending
  const fields = [
    `REPORT RequestId: ${ending.requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    // Initialisation is billed as well since August 2025 (AWS Compute Blog, on the INIT phase).
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${ending.memoryMb} MB`,
  ]
  if (usedMb !== undefined) fields.push(`Max Memory Used: ${usedMb} MB`)
  if (initMs !== undefined) fields.push(`Init Duration: ${initMs.toFixed(2)} ms`)
  if (error !== undefined) fields.push(...toStatus(error))
  return fields.join('\t')
}

function toStatus({ errorType }: FunctionError): string[] {
  if (errorType === 'Sandbox.Timedout') return ['Status: timeout']
  return ['Status: error', `Error Type: ${errorType}`]
}
