import { hostname } from 'node:os'

/** Which process, on which machine. */
export interface ProcessName {
  readonly pid: number
  readonly host: string
}

export const thisProcess: ProcessName = { pid: process.pid, host: hostname() }

/** Whether it runs on this machine; false for a process of another machine, of which nothing can be told. */
export function isRunningHere({ pid, host }: ProcessName): boolean {
  if (host !== thisProcess.host || !Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
