import type { Finished } from './processes.js'

/** The summary that `local-alb exec --json` prints last on standard error. */
export function summaryOf({ stderr }: Finished): unknown {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')
}
