// Figures for people.

/**
 * @param {import('./worker.mjs').Stage} stage
 * @param {number} invocations in all
 * @param {number} ms since the start
 * @param {number} problems so far
 */
export function toProgress({ done, resources }, invocations, ms, problems) {
  const { heapUsed, external, rss, counts } = resources
  const handles = Object.entries(counts).filter(([name]) => name.startsWith('handle '))
  return [
    `${Math.round((done / invocations) * 100)} %`.padStart(5),
    `${done} invocations`,
    `${Math.round(done / (ms / 1000))}/s`,
    `${toDuration((ms / done) * (invocations - done))} left`,
    `heap ${toMb(heapUsed)}`,
    `outside ${toMb(external)}`,
    `resident ${toMb(rss)}`,
    `handles ${handles.reduce((sum, [, count]) => sum + count, 0)}`,
    `problems ${problems}`,
  ].join(', ')
}

/** @param {number} ms */
export function toDuration(ms) {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** @param {number} bytes */
export function toMb(bytes) {
  return `${(bytes / 1_048_576).toFixed(2)} MB`
}
