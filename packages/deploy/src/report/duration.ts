const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]

/** `90s`, `10m`, `1h30m`, `250ms`; 0 needs no unit. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(\d+(h|ms|m|s))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+)(h|ms|m|s)/g)].reduce((sum, [, count, unit]) => {
    const ms = UNITS.find(([name]) => name === unit)?.[1] ?? 0
    return sum + Number(count) * ms
  }, 0)
}

/** In the two largest units: `1h30m`, `4m05s`, `12s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (count: number): string => String(count).padStart(2, '0')
  if (h > 0) return m === 0 ? `${h}h` : `${h}h${two(m)}m`
  if (m > 0) return s === 0 ? `${m}m` : `${m}m${two(s)}s`
  return ms > 0 && ms < 1_000 ? `${ms}ms` : `${s}s`
}
