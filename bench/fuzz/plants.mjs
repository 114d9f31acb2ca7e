// Faults to plant into an adapter, to see that they are found. Each is a fault that some adapter has had.

/** @typedef {import('express-alb').AlbEvent} AlbEvent */
/** @typedef {import('express-alb').AlbResult} AlbResult */
/** @typedef {typeof import('express-alb').createHandler} CreateHandler */

/**
 * @param {(event: AlbEvent) => AlbEvent} before
 * @param {(result: AlbResult, event: AlbEvent) => AlbResult} behind
 * @returns {(createHandler: CreateHandler) => CreateHandler}
 */
function around(before, behind) {
  return (createHandler) => (app, options) => {
    const handler = createHandler(app, options)
    return async (event, context) => behind(await handler(before(event), context), event)
  }
}

/**
 * @param {(res: import('node:http').ServerResponse, req: import('node:http').IncomingMessage) => void} change
 * @returns {(createHandler: CreateHandler) => CreateHandler}
 */
function within(change) {
  return (createHandler) => (app, options) => {
    const listener = /** @type {import('express-alb').RequestListener} */ (app)
    return createHandler((req, res) => {
      change(res, req)
      return listener(req, res)
    }, options)
  }
}

const same = (/** @type {AlbEvent} */ event) => event

/**
 * @param {AlbResult} result
 * @param {(entries: [string, string | string[]][]) => [string, string | string[]][]} change
 * @returns {AlbResult}
 */
function withFields(result, change) {
  const member = result.multiValueHeaders ? 'multiValueHeaders' : 'headers'
  const entries = /** @type {[string, string | string[]][]} */ (
    Object.entries(result[member] ?? {})
  )
  return { ...result, [member]: Object.fromEntries(change(entries)) }
}

const isCookie = (/** @type {string} */ name) => name.toLowerCase() === 'set-cookie'

/** By name. @type {Readonly<Record<string, (createHandler: CreateHandler) => CreateHandler>>} */
export const PLANTS = {
  'loses a cookie': around(same, (result) =>
    withFields(result, (entries) =>
      entries.flatMap(([name, held]) => {
        if (!isCookie(name) || (typeof held === 'string' && name === 'Set-Cookie'))
          return [[name, held]]
        return typeof held === 'string' ? [] : [[name, held.slice(0, 1)]]
      }),
    ),
  ),
  'lowers the case of names': around(same, (result) =>
    withFields(result, (entries) => entries.map(([name, held]) => [name.toLowerCase(), held])),
  ),
  'decodes the query': around(
    (event) => ({
      ...event,
      queryStringParameters: decoded(event.queryStringParameters),
      multiValueQueryStringParameters: decoded(event.multiValueQueryStringParameters),
    }),
    (result) => result,
  ),
  'corrupts binary': around(same, (result) =>
    result.isBase64Encoded
      ? {
          ...result,
          body: Buffer.from(Buffer.from(result.body, 'base64').toString()).toString('base64'),
        }
      : result,
  ),
  'answers 200 for 204': around(same, (result) =>
    result.statusCode === 204
      ? { ...result, statusCode: 200, statusDescription: '200 OK' }
      : result,
  ),
  'drops the length of HEAD': around(same, (result, event) =>
    event.httpMethod === 'HEAD'
      ? withFields(result, (entries) =>
          entries.filter(([name]) => name.toLowerCase() !== 'content-length'),
        )
      : result,
  ),
  'never closes the response': within((res) => {
    const emit = res.emit.bind(res)
    res.emit = (/** @type {string} */ event, /** @type {unknown[]} */ ...args) =>
      event === 'close' ? false : emit(event, ...args)
  }),
  'finishes twice': within((res) => {
    res.once('finish', () => setImmediate(() => res.emit('finish')))
  }),
  'shows another peer': (createHandler) => (app, options) =>
    createHandler(app, { ...options, peerAddress: '203.0.113.9' }),
  'never says drain': within((res) => {
    const emit = res.emit.bind(res)
    res.emit = (/** @type {string} */ event, /** @type {unknown[]} */ ...args) =>
      event === 'drain' ? false : emit(event, ...args)
  }),
  'leaves a rejection unhandled': within((_res, req) => {
    if (req.method === 'POST') void Promise.reject(new Error('planted'))
  }),
  warns: within((_res, req) => {
    if (req.headers['range'] !== undefined) process.emitWarning('planted')
  }),
  'hides a failure': around(same, (result) =>
    result.statusCode === 500 ? { ...result, body: 'ok' } : result,
  ),
  'keeps fields of the connection': around(same, (result) =>
    withFields(result, (entries) => [
      ...entries,
      ['Keep-Alive-Hint', result.multiValueHeaders ? ['5'] : '5'],
    ]),
  ),
}

/** @param {AlbEvent['queryStringParameters']} map */
function decoded(map) {
  const plain = (/** @type {unknown} */ text) => String(text).replace(/\+/g, ' ')
  return (
    map &&
    Object.fromEntries(
      Object.entries(map).map(([name, held]) => [
        name,
        Array.isArray(held) ? held.map(plain) : plain(held),
      ]),
    )
  )
}
