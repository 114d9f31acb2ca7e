import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Hands signals to a child process instead of ending by them.
 *
 * Ctrl-C in a terminal reaches all processes of the group by itself; a second SIGINT would make test runners stop at
 * once. So SIGINT is handed on only where there is no terminal.
 *
 * @returns a function that ends it
 */
export function passSignals(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, pass)
  return () => {
    for (const signal of signals) process.off(signal, pass)
  }
}

/** The exit code that shells show for a process that a signal ended. */
export function signalExitCode(signal: NodeJS.Signals | null): number {
  return 128 + (signal === null ? 0 : constants.signals[signal])
}
