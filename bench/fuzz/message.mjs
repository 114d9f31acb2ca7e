// Requests and responses as they stand on the wire: every string holds one byte in each character.

/** @typedef {readonly (readonly [name: string, value: string])[]} Fields */

/**
 * A request before it is bytes. `headers` says everything, the framing too.
 *
 * @typedef {object} Request
 * @property {string} method
 * @property {string} target
 * @property {'1.0' | '1.1'} version
 * @property {Fields} headers
 * @property {Buffer} body
 * @property {readonly number[]} [chunks] sizes of the chunks that a chunked body goes in; the rest is one more
 * @property {string} [extension] behind the size of each chunk, such as `;a=b`
 * @property {Fields} [trailers] behind a chunked body
 */

/**
 * A response, or as much of one as came.
 *
 * @typedef {object} Response
 * @property {'complete' | 'cut' | 'none' | 'silent'} end `cut`: the connection ended within it; `none`: before it;
 * `silent`: nothing more came in time
 * @property {readonly number[]} interim statuses of the 1xx responses before it
 * @property {number} status
 * @property {string} reason
 * @property {Fields} fields
 * @property {Buffer} body
 * @property {Fields} trailers
 */

/** @typedef {'single' | 'multi'} Mode */

/**
 * @param {Fields} fields
 * @param {string} name in lower case
 */
export function valuesOf(fields, name) {
  return fields.flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []))
}

/**
 * @param {Fields} fields
 * @param {readonly string[]} names in lower case
 * @returns {Fields}
 */
export function without(fields, names) {
  return fields.filter(([key]) => !names.includes(key.toLowerCase()))
}

/** @param {Request} request */
export function isChunked({ headers }) {
  return valuesOf(headers, 'transfer-encoding').length > 0
}

/**
 * @param {Request} request
 * @returns {Buffer}
 */
export function toBytes(request) {
  const { method, target, version, headers, body } = request
  const lines = [`${method} ${target} HTTP/${version}`, ...headers.map((field) => field.join(': '))]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return Buffer.concat([head, isChunked(request) ? toChunks(request) : body])
}

/** @param {Request} request */
function toChunks({ body, chunks = [], extension = '', trailers = [] }) {
  /** @type {Buffer[]} */
  const pieces = []
  let start = 0
  for (const size of [...chunks, body.length]) {
    const piece = body.subarray(start, start + size)
    start += size
    if (piece.length === 0) continue
    pieces.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`, 'latin1'), piece)
    pieces.push(Buffer.from('\r\n'))
  }
  const last = trailers.map((field) => `${field.join(': ')}\r\n`).join('')
  return Buffer.concat([...pieces, Buffer.from(`0\r\n${last}\r\n`, 'latin1')])
}
