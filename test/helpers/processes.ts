import { execFileSync } from 'node:child_process'

/** The processes that a process has started, and those that these have started. */
export function descendantsOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const parents = new Map(
    table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
  )
  const isBelow = (one: number): boolean => {
    const parent = parents.get(one)
    return parent === pid || (parent !== undefined && parent > 1 && isBelow(parent))
  }
  return [...parents.keys()].filter((one) => one !== pid && isBelow(one))
}

/** Those that still run; a process that has ended and waits for its parent to notice does not. */
export function runningAmong(pids: readonly number[]): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' })
  const running = table.split('\n').flatMap((line) => {
    const [pid = '', state = 'Z'] = line.trim().split(/\s+/)
    return state.startsWith('Z') ? [] : [Number(pid)]
  })
  return pids.filter((pid) => running.includes(pid))
}
