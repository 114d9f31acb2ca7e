/**
 * The binary rule the peers get, cheap and right for every workload here: with a content-encoding, or not text.
 *
 * @param {Record<string, unknown>} headers
 * @returns {boolean}
 */
export function isBinary(headers) {
  if (headers['content-encoding'] !== undefined) return true
  const type = headers['content-type']
  return !(
    typeof type === 'string' &&
    (type.startsWith('text/') || type.startsWith('application/json'))
  )
}
