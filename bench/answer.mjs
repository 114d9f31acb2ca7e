// The gate: a result is read as the ALB in front would read it, and compared with the only right answer.

/**
 * What is wrong with a result, or nothing.
 *
 * @param {unknown} result
 * @param {import('./workloads.mjs').Answer} answer
 * @param {import('./event.mjs').Mode} mode
 * @returns {string | undefined}
 */
export function wrongness(result, answer, mode) {
  if (typeof result !== 'object' || result === null) return `result is ${String(result)}`
  const { statusCode, body = '', isBase64Encoded = false } = /** @type {any} */ (result)
  if (statusCode !== answer.status) return `status ${statusCode}, not ${answer.status}`
  if (typeof body !== 'string') return `body is ${typeof body}, not a string`
  if (typeof isBase64Encoded !== 'boolean') return 'isBase64Encoded is not a boolean'
  if (!Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8').equals(answer.body)) {
    return 'other body bytes'
  }
  const fields = read(result, mode)
  if (typeof fields === 'string') return fields
  const types = valuesOf(fields, 'content-type')
  if (types.length !== 1 || types[0] !== answer.type) return `content-type ${types.join(' + ')}`
  const expected = answer.cookies ?? []
  const cookies = valuesOf(fields, 'set-cookie')
  const kept = expected.filter((cookie) => cookies.includes(cookie)).length
  if (kept < expected.length) return `${kept} of ${expected.length} cookies`
  if (cookies.length > expected.length)
    return `${cookies.length - expected.length} cookies too many`
  const lost = (answer.fields ?? []).find(
    ([name, value]) => !valuesOf(fields, name).includes(value),
  )
  return lost && `no ${lost[0]}: ${lost[1]}`
}

/**
 * The header fields as pairs, from the map that counts in this mode; the ALB ignores the other one.
 *
 * @param {object} result
 * @param {import('./event.mjs').Mode} mode
 * @returns {[string, string][] | string}
 */
function read(result, mode) {
  const key = mode === 'multi' ? 'multiValueHeaders' : 'headers'
  const map = /** @type {Record<string, unknown>} */ (result)[key]
  if (typeof map !== 'object' || map === null) return `no ${key}`
  /** @type {[string, string][]} */
  const fields = []
  for (const [name, value] of Object.entries(map)) {
    const values = mode === 'multi' ? value : [value]
    if (!isListOfStrings(values)) {
      return `${key}.${name} is not ${mode === 'multi' ? 'a list of strings' : 'a string'}`
    }
    for (const item of values) fields.push([name.toLowerCase(), item])
  }
  return fields
}

/** @param {[string, string][]} fields @param {string} wanted */
function valuesOf(fields, wanted) {
  return fields.filter(([name]) => name === wanted).map(([, value]) => value)
}

/** @param {unknown} value @returns {value is string[]} */
function isListOfStrings(value) {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
