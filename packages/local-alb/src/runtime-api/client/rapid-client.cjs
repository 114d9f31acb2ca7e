'use strict'
// The child's side of the Runtime API, in the form of the native addon of aws-lambda-ric (its `rapid-client.node`):
// `next`, `done` and `error`. Our own runtime client uses it as well.
//
// Loaded before any code of the function, so that a library that patches node:http is not in the way.
const { Agent, request } = require('node:http')

const API = '/2018-06-01/runtime'
const TOKEN_VARIABLE = 'LOCAL_ALB_RUNTIME_TOKEN'

const [hostname, port] = String(process.env['AWS_LAMBDA_RUNTIME_API']).split(':')
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
// Only the process that we started may fetch events. Its own code need not see how it proves that.
const token = process.env[TOKEN_VARIABLE] ?? ''
delete process.env[TOKEN_VARIABLE]

// As in Lambda, what is written is out before the next statement runs: nothing is lost in process.exit(), and nothing
// is left to be written while the process is frozen. Node leaves pipes non-blocking on POSIX.
for (const stream of [process.stdout, process.stderr]) {
  const { _handle: handle } =
    /** @type {{ _handle?: { setBlocking?: (blocking: boolean) => void } }} */ (
      /** @type {unknown} */ (stream)
    )
  handle?.setBlocking?.(true)
}

/**
 * @typedef {{ status: number | undefined, headers: import('node:http').IncomingHttpHeaders, body: string }} Answer
 *
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {Record<string, string | number>} headers
 * @param {string} [body]
 * @returns {Promise<Answer>}
 */
function call(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: `${API}${path}`, headers, agent })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      /** @type {Buffer[]} */
      const chunks = []
      incoming.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: incoming.statusCode, headers: incoming.headers, body: text })
      })
    })
    outgoing.end(body)
  })
}

/**
 * @param {string} path
 * @param {string} body
 * @param {Record<string, string>} [headers]
 */
function post(path, body, headers) {
  const size = Buffer.byteLength(body)
  return call(
    'POST',
    path,
    { 'Content-Type': 'application/json', 'Content-Length': size, ...headers },
    body,
  )
}

/** What was posted last; the native addon blocks until it is out, `next` waits for it. */
/** @type {Promise<unknown>} */
let posted = Promise.resolve()

/**
 * @param {string} path
 * @param {string} body
 */
function postLater(path, body) {
  posted = post(path, body)
  // `next` reports it.
  posted.catch(() => {})
}

/** @param {unknown[]} values */
function expectStrings(...values) {
  // The native addon's own words.
  if (values.some((value) => typeof value !== 'string')) throw new TypeError('Wrong arguments')
}

module.exports = {
  /** Waits for the next invocation. */
  async next() {
    await posted
    const { status, headers, body } = await call('GET', '/invocation/next', {
      'Local-Alb-Token': token,
    })
    if (status !== 200) {
      throw new Error(`Failed to get next invocation, error ${String(status)}`)
    }
    return {
      bodyJson: body,
      headers: {
        'lambda-runtime-deadline-ms': Number(headers['lambda-runtime-deadline-ms']),
        'lambda-runtime-aws-request-id': String(headers['lambda-runtime-aws-request-id']),
        'lambda-runtime-trace-id': String(headers['lambda-runtime-trace-id']),
        'lambda-runtime-invoked-function-arn': String(
          headers['lambda-runtime-invoked-function-arn'],
        ),
      },
    }
  },

  /**
   * @param {string} id
   * @param {string} body
   */
  done(id, body) {
    expectStrings(id, body)
    postLater(`/invocation/${id}/response`, body)
  },

  /**
   * @param {string} id
   * @param {string} body
   * @param {string} xray left out: nobody reads it here
   */
  error(id, body, xray) {
    expectStrings(id, body, xray)
    postLater(`/invocation/${id}/error`, body)
  },

  /**
   * Not in the native addon: aws-lambda-ric posts this by itself.
   *
   * @param {string} type
   * @param {string} body
   */
  initError(type, body) {
    return post('/init/error', body, { 'Lambda-Runtime-Function-Error-Type': type })
  },
}
