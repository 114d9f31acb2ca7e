// A view against what a vector expects. Knows no adapter.

/**
 * @typedef {import('./observe.mjs').View} View
 * @typedef {import('./observe.mjs').Exchange} Exchange
 * @typedef {import('./vector.mjs').Answer} Answer
 *
 * @typedef {object} Difference
 * @property {string} where
 * @property {unknown} expected
 * @property {unknown} got
 */

/** Of one connection, made anew by the load balancer, or of the moment: no two servers agree on them. */
const NOT_COMPARED = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
])

/**
 * @param {import('./vector.mjs').Vector} vector
 * @param {View} view
 * @param {View | undefined} node what the real server gave, for vectors that compare with it
 * @returns {Difference[]} none when it passes
 */
export function judge(vector, view, node) {
  const answers = [vector.answer ?? (vector.sees === undefined ? { status: 200 } : {})].flat()
  const differences = answers.flatMap((answer, i) =>
    judgeAnswer(answer, view.exchanges[i] ?? { outcome: 'hung' }, node?.exchanges[i]),
  )
  return [
    ...differences,
    ...compare('app saw', vector.sees ?? {}, view.seen, node?.seen),
    // A real server has no handler.
    ...(view.handler === undefined
      ? []
      : compare('handler', vector.handler ?? {}, view.handler, undefined)),
  ]
}

/**
 * @param {Answer} answer
 * @param {Exchange} exchange
 * @param {Exchange} [node]
 * @returns {Difference[]}
 */
function judgeAnswer({ fails = false, clear = false, ...answer }, exchange, node) {
  const { outcome, response, error } = exchange
  if (fails) {
    const isRight = response ? response.status >= 500 : ['rejected', 'reset'].includes(outcome)
    const got = response?.status ?? outcome
    return isRight ? [] : [{ where: 'outcome', expected: 'an error, at once', got }]
  }
  if (response === undefined) {
    const got = error === undefined ? outcome : `${outcome}: ${error}`
    return [{ where: 'outcome', expected: 'answered', got }]
  }
  const { refused } = response
  if (refused !== undefined && (clear || Object.keys(answer).length > 0)) {
    return [{ where: 'result', expected: 'one that an ALB accepts', got: refused }]
  }
  const other = node?.response && readable(node.response)
  // Their order is not the load balancer's to keep: it has been seen to reverse it.
  const cookies = Array.isArray(answer.cookies) && {
    cookies: answer.cookies.map(String).toSorted(),
  }
  return compare('answer', { ...answer, ...cookies }, readable(response), other)
}

/** @param {import('./result.mjs').Response} response */
function readable({ status, phrase, headers, base64 }) {
  const bytes = Buffer.from(base64, 'base64')
  const fields = /** @type {Record<string, string>} */ (
    /** @type {unknown} */ (Object.create(null))
  )
  for (const [name, value] of headers) {
    if (name === 'set-cookie') continue
    const before = fields[name]
    // One line with a comma says the same as two lines (RFC 9110, section 5.3).
    fields[name] = before === undefined ? value : `${before}, ${value}`
  }
  const cookies = headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
  return {
    status,
    phrase,
    headers: Object.assign(fields, { [ALL]: without(fields, NOT_COMPARED) }),
    cookies: cookies.toSorted(),
    base64,
    get text() {
      return bytes.toString('utf8')
    },
    get json() {
      return parsed(bytes)
    },
  }
}

/** The fields that are compared when a vector asks for all of them. */
const ALL = Symbol('all')

/**
 * @typedef {object} Rule an expectation that is no plain value; `vector.mjs` makes them
 * @property {true} [asNode]
 * @property {unknown[]} [oneOf]
 * @property {RegExp} [matching]
 * @property {(value: unknown) => boolean} [test]
 * @property {string} [what]
 */

/**
 * @param {string} where
 * @param {unknown} expected
 * @param {unknown} got
 * @param {unknown} node
 * @returns {Difference[]}
 */
function compare(where, expected, got, node) {
  if (!isObject(expected)) return same(where, expected, got)
  const { asNode, oneOf, matching, test, what } = /** @type {Rule} */ (expected)
  if (asNode) return same(where, comparable(node), comparable(got))
  const isRight =
    oneOf?.some((option) => compare(where, option, got, node).length === 0) ??
    matching?.test(String(got)) ??
    test?.(got)
  if (isRight !== undefined) {
    return isRight
      ? []
      : [{ where, expected: what ?? String(matching ?? JSON.stringify(oneOf)), got }]
  }
  return Object.entries(expected).flatMap(([key, value]) =>
    compare(`${where} ${key}`, value, member(got, key), member(node, key)),
  )
}

/** @param {unknown} value @returns {value is object} a map of expectations or a rule, not a list */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param {unknown} value @param {string | symbol} key */
function member(value, key) {
  return isObject(value) ? /** @type {Record<string | symbol, unknown>} */ (value)[key] : undefined
}

/** @param {string} where @param {unknown} expected @param {unknown} got @returns {Difference[]} */
function same(where, expected, got) {
  return text(expected) === text(got) ? [] : [{ where, expected, got }]
}

/** @param {unknown} value */
function comparable(value) {
  return member(value, ALL) ?? value
}

/** The same for the same value, whatever the order of its members. @param {unknown} value @returns {string} */
function text(value) {
  return (
    JSON.stringify(value, (_key, /** @type {unknown} */ held) =>
      isObject(held)
        ? Object.fromEntries(Object.entries(held).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : held,
    ) ?? 'undefined'
  )
}

/** @param {Record<string, string>} fields @param {Set<string>} names */
function without(fields, names) {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)))
}

/** @param {Buffer} bytes @returns {unknown} */
function parsed(bytes) {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return 'not JSON'
  }
}
