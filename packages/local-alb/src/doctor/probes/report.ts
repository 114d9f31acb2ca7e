import type { Observation } from '../finding.js'

/** Takes what a probe saw. */
export type Report = (observation: Observation) => void

/** What probes are installed with. */
export interface ProbeSettings {
  readonly report: Report
  /**
   * - `app`: an app that is loaded in this process to be looked at.
   * - `tests`: a test suite, where only what happens while a request is served says something about the app.
   */
  readonly scope: 'app' | 'tests'
}

/** Tells each observation once, however many requests repeat it. */
export function once(report: Report): Report {
  const told = new Set<string>()
  return (observation) => {
    const { kind, what, place, severity, package: name } = observation
    const key = `${kind} ${severity}\n${place === undefined ? `${name}\n${what}` : `${place.file}:${place.line}`}`
    if (told.has(key)) return
    told.add(key)
    report(observation)
  }
}
