// What is seen of one exchange from within the process.

/**
 * @typedef {object} Observation
 * @property {unknown[]} seen what the app saw of the request
 * @property {string[]} notes what hooks, callbacks and events told, in order
 * @property {string[]} problems unhandled rejections, uncaught errors, warnings
 */

/** @returns {Observation} */
export function newObservation() {
  return { seen: [], notes: [], problems: [] }
}

const REQUEST_EVENTS = ['end', 'close', 'aborted', 'error']
const RESPONSE_EVENTS = ['prefinish', 'finish', 'close', 'error', 'pipe', 'unpipe', 'timeout']

/**
 * The first handler of an app.
 *
 * @param {Observation} observation
 * @param {'none' | 'response' | 'both'} listens
 * @returns {import('express').RequestHandler}
 */
export function makeProbe({ seen, notes }, listens) {
  return (req, res, next) => {
    const { method, url, httpVersion, headers, headersDistinct, rawHeaders } = req
    const { ip, ips, protocol, secure, hostname, subdomains, xhr, path, query } = req
    const raw = { method, url, httpVersion, headers, headersDistinct, rawHeaders }
    const claims = {
      ip,
      ips,
      protocol,
      secure,
      hostname,
      subdomains,
      xhr,
      path,
      query: { ...query },
    }
    seen.push(JSON.parse(withoutTraceId(JSON.stringify({ ...raw, ...claims }))))
    if (listens !== 'none') {
      for (const event of RESPONSE_EVENTS) res.on(event, () => notes.push(`res ${event}`))
    }
    if (listens === 'both') {
      for (const event of REQUEST_EVENTS) req.on(event, () => notes.push(`req ${event}`))
    }
    next()
  }
}

/** The load balancer makes a new one for each request. @param {string} json */
function withoutTraceId(json) {
  return json.replace(/Root=1-[\da-f]{8}-[\da-f]{24}/g, 'Root=')
}

/** @type {Observation | undefined} */
let current

/** Whatever the process tells from now on belongs to this one. @param {Observation | undefined} observation */
export function attribute(observation) {
  current = observation
}

/** Takes down what would end or trouble a process. */
export function watchProcess() {
  process.on('unhandledRejection', (reason) => {
    current?.problems.push(`unhandled rejection: ${messageOf(reason)}`)
  })
  process.on('uncaughtException', (error) => {
    current?.problems.push(`uncaught: ${messageOf(error)}`)
  })
  process.on('warning', ({ name, message }) => {
    current?.problems.push(`warning: ${name}: ${message}`)
  })
}

/** @param {unknown} reason */
function messageOf(reason) {
  return reason instanceof Error ? reason.message : String(reason)
}
