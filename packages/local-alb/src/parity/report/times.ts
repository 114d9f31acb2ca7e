/** Milliseconds. */
export interface TimeSummary {
  readonly median: number
  readonly p95: number
  readonly max: number
}

/** Nothing when there are none. */
export function summarize(times: readonly number[]): TimeSummary | undefined {
  if (times.length === 0) return undefined
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return Math.round(value * 10) / 10
  }
  return { median: at(0.5), p95: at(0.95), max: at(1) }
}

export function toDuration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}
