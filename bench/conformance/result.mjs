// A function's result, read as a load balancer reads it. Where reports disagree, what is lenient is taken:
// no adapter fails for something an ALB may accept.
import { STATUS_CODES } from 'node:http'

/**
 * @typedef {object} Response what the client gets
 * @property {number} status
 * @property {string} phrase
 * @property {[string, string][]} headers lower-case names
 * @property {string} base64 the body's bytes
 * @property {string} [refused] why the load balancer answered 502 itself
 */

/** The JSON of the whole result counts, base64 and all. */
const MAX_JSON_BYTES = 1_048_576
const MAX_HEADER_BYTES = 32_768

/**
 * @param {string | undefined} json the result as Lambda's runtime sends it; `undefined` for nothing
 * @param {import('./vector.mjs').Mode} mode
 * @param {string} method of the request
 * @returns {Response}
 */
export function readResult(json, mode, method) {
  if (json === undefined) return refuse('the handler returned nothing')
  const bytes = Buffer.byteLength(json)
  if (bytes > MAX_JSON_BYTES) return refuse(`${bytes} bytes of JSON`)
  /** @type {unknown} */
  const result = JSON.parse(json)
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return refuse(`the result is ${json.slice(0, 50)}`)
  }
  const { statusCode, statusDescription, body, isBase64Encoded, ...rest } =
    /** @type {Record<string, unknown>} */ (result)
  if (typeof statusCode !== 'number' || !(statusCode >= 200 && statusCode <= 599)) {
    return refuse(`statusCode is ${JSON.stringify(statusCode)}`)
  }
  if (statusDescription !== undefined && typeof statusDescription !== 'string') {
    return refuse(`statusDescription is ${JSON.stringify(statusDescription)}`)
  }
  if (body !== undefined && typeof body !== 'string') return refuse(`body is a ${typeof body}`)
  if (isBase64Encoded !== undefined && typeof isBase64Encoded !== 'boolean') {
    return refuse(`isBase64Encoded is ${JSON.stringify(isBase64Encoded)}`)
  }
  const headers = readFields(rest[mode === 'multi' ? 'multiValueHeaders' : 'headers'], mode)
  if (typeof headers === 'string') return refuse(headers)
  const isBodyless = method === 'HEAD' || statusCode === 204 || statusCode === 304
  const bodyBytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8')
  return {
    status: statusCode,
    phrase: statusDescription?.replace(/^\d+ ?/, '') ?? STATUS_CODES[statusCode] ?? '',
    headers,
    base64: isBodyless ? '' : bodyBytes.toString('base64'),
  }
}

/**
 * The fields of the mode's own map, or what is wrong with it. The other map does not count.
 *
 * @param {unknown} map
 * @param {import('./vector.mjs').Mode} mode
 * @returns {[string, string][] | string}
 */
function readFields(map, mode) {
  if (map === undefined) return []
  if (typeof map !== 'object' || map === null) return `the header map is ${JSON.stringify(map)}`
  /** @type {[string, string][]} */
  const fields = []
  for (const [name, value] of Object.entries(map)) {
    const values = /** @type {unknown} */ (mode === 'multi' ? value : [value])
    if (!Array.isArray(values)) return `${name} is ${JSON.stringify(value)}, not an array`
    for (const item of /** @type {unknown[]} */ (values)) {
      if (typeof item !== 'string') return `${name} is ${JSON.stringify(item)}, not a string`
      if (/[\r\n\0]/.test(name + item)) return `${name} has a line break`
      fields.push([name.toLowerCase(), item])
    }
  }
  const bytes = fields.reduce((sum, field) => sum + Buffer.byteLength(field.join(': ')) + 2, 0)
  return bytes > MAX_HEADER_BYTES ? `${bytes} bytes of header fields` : fields
}

/** @param {string} refused @returns {Response} */
function refuse(refused) {
  return { status: 502, phrase: 'Bad Gateway', headers: [], base64: '', refused }
}
