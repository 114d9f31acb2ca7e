import { readFileSync } from 'node:fs'

/**
 * Resident memory of a process in MB, now and at its highest. Linux only; elsewhere, and when the process is gone,
 * nothing is known.
 */
export function residentMemory(pid: number | undefined): { nowMb?: number; peakMb?: number } {
  if (process.platform !== 'linux' || pid === undefined) return {}
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const now = toMb(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1])
    const peak = toMb(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1])
    return { ...(now !== undefined && { nowMb: now }), ...(peak !== undefined && { peakMb: peak }) }
  } catch {
    return {}
  }
}

function toMb(kilobytes: string | undefined): number | undefined {
  return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024)
}
