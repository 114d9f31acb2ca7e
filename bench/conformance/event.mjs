// The event that a load balancer makes of a request, from AWS's facts alone (docs/conformance.md).

/**
 * @typedef {import('./vector.mjs').Request} Request
 * @typedef {import('./vector.mjs').Mode} Mode
 *
 * @typedef {object} Forwarded a request as it leaves the load balancer
 * @property {string} method
 * @property {string} path
 * @property {[string, string][]} query raw
 * @property {[string, string][]} headers lower-case names
 * @property {Buffer} body
 */

/** @type {[string, string][]} */
const USUAL = [
  ['accept', '*/*'],
  ['host', 'shop.example.com'],
  ['user-agent', 'curl/8.5.0'],
  ['x-amzn-trace-id', 'Root=1-69219a2c-0123456789abcdef01234567'],
  ['x-forwarded-for', '203.0.113.7'],
  ['x-forwarded-port', '443'],
  ['x-forwarded-proto', 'https'],
]

/** Passed as text when there is no content-encoding; everything else is base64. The list is closed. */
const TEXT = /^(text\/[^;]+|application\/(json|javascript|xml))\s*(;|$)/i

/**
 * What the mode leaves of a request: names in order, in single-value mode the last of each only. A target
 * behind a load balancer gets the same over HTTP, so this is also what the real server is asked.
 *
 * @param {Request} request
 * @param {Mode} mode
 * @returns {Forwarded}
 */
export function forward(request, mode) {
  const { method = 'GET', path = '/', query = [], headers = [], bare = false } = request
  const body = Buffer.from(request.body ?? '')
  const given = headers.map(([name, value]) => pair(name.toLowerCase(), value))
  const usual = bare ? [] : USUAL
  const length =
    request.body === undefined || request.chunked ? [] : [pair('content-length', `${body.length}`)]
  const lines = [...usual, ...length].filter(([name]) => !given.some(([other]) => other === name))
  return {
    method,
    path,
    query: asMode(query, mode),
    headers: asMode([...lines, ...given], mode),
    body,
  }
}

/**
 * A fresh event, parsed from JSON as Lambda's runtime does it.
 *
 * @param {Request} request
 * @param {Mode} mode
 * @returns {Record<string, unknown>}
 */
export function toEvent(request, mode) {
  const { method, path, query, headers, body } = forward(request, mode)
  const field = (/** @type {string} */ wanted) => headers.find(([name]) => name === wanted)?.[1]
  const isText =
    field('content-encoding') === undefined && TEXT.test(field('content-type')?.trim() ?? '')
  const isBase64Encoded = body.length > 0 && !isText
  const event = {
    requestContext: {
      elb: {
        targetGroupArn:
          'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/49e9d65c45c6791a',
      },
    },
    httpMethod: method,
    path,
    ...(mode === 'multi'
      ? { multiValueQueryStringParameters: lists(query), multiValueHeaders: lists(headers) }
      : { queryStringParameters: lasts(query), headers: lasts(headers) }),
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
    ...request.patch,
  }
  return /** @type {Record<string, unknown>} */ (JSON.parse(JSON.stringify(event)))
}

/** @param {[string, string][]} pairs @param {Mode} mode */
function asMode(pairs, mode) {
  const names = [...new Set(pairs.map(([name]) => name))].toSorted()
  return names.flatMap((name) => {
    const values = pairs.filter(([other]) => other === name)
    return mode === 'multi' ? values : values.slice(-1)
  })
}

/** @param {[string, string][]} pairs */
function lists(pairs) {
  const map = /** @type {Record<string, string[]>} */ (emptyMap())
  for (const [name, value] of pairs) (map[name] ??= []).push(value)
  return map
}

/** @param {[string, string][]} pairs */
function lasts(pairs) {
  const map = /** @type {Record<string, string>} */ (emptyMap())
  for (const [name, value] of pairs) map[name] = value
  return map
}

/** Without a prototype, so that `__proto__` is a name like any other. */
function emptyMap() {
  return /** @type {unknown} */ (Object.create(null))
}

/** @param {string} name @param {string} value @returns {[string, string]} */
function pair(name, value) {
  return [name, value]
}
