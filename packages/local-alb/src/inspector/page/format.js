/**
 * @param {number} time milliseconds since the epoch
 * @returns {string} local time, `14:02:11.042`
 */
export function formatTime(time) {
  const date = new Date(time)
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/**
 * @param {number} ms
 * @returns {string} three digits are enough to compare: `0.42 ms`, `8.1 ms`, `812 ms`, `3.25 s`, `2 min 5 s`
 */
export function formatDuration(ms) {
  if (ms < 0.995) return `${ms.toFixed(2)} ms`
  if (ms < 99.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/**
 * @param {number} bytes
 * @returns {string} `1 byte`, `512 bytes`, `1.4 KB`, `2.0 MB`; 1 KB is 1,024 bytes, as in AWS's limits
 */
export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  if (bytes < 1_048_524) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function formatCount(count, one, many = `${one}s`) {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/**
 * @param {number | null} status
 * @returns {'ok' | 'redirect' | 'client' | 'server' | 'pending'} which of the page's colours it gets
 */
export function statusKind(status) {
  if (status === null) return 'pending'
  if (status >= 500) return 'server'
  if (status >= 400) return 'client'
  return status >= 300 ? 'redirect' : 'ok'
}
