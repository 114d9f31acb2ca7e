import type { Report } from './event.js'

/** One object a line, each with its time. */
export function jsonReport(out: (line: string) => void, now: () => number): Report {
  return (event) => {
    out(JSON.stringify({ time: new Date(now()).toISOString(), ...event }))
  }
}
