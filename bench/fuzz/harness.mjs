// Runs one case both ways and says what differs.
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { makeApp } from './app.mjs'
import {
  fromAlbResponse,
  fromPlainResponse,
  refusalOf,
  toPlainRequest,
} from './differences/index.mjs'
import { isCloseTurn } from './close-turn.mjs'
import { isMendedLength } from './mended-length.mjs'
import { comparableNotes } from './upload-order.mjs'
import { attribute, makeProbe, newObservation } from './observe.mjs'
import { toRequest } from './requests.mjs'
import { toEvent, toResponse } from './ways/function.mjs'
import { LoadBalancer } from './ways/load-balancer.mjs'
import { PlainServer } from './ways/plain-server.mjs'

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./observe.mjs').Observation & { answer: unknown, codes: string[] }} Exchange */
/** @typedef {typeof import('express-alb').createHandler} CreateHandler */

/**
 * @typedef {object} Found
 * @property {'answer' | 'seen' | 'notes' | 'problems'} aspect
 * @property {number} request which of the case's
 * @property {unknown} plain
 * @property {unknown} alb
 * @property {readonly string[]} codes what the adapter logged
 */

const STACK_TRACE_LIMIT = Error.stackTraceLimit
const TIMEOUT_SECONDS = 1
const PATIENCE_MS = 1_200
/** How often a case must differ: what comes and goes is the machine's, not the adapter's. */
const ATTEMPTS = 3
/** Longer than the timers of the parts. */
const QUIET_MS = 4
/**
 * How long to wait for an app that has sent all of its answer to end it: a client is content with the length announced.
 * Those that never do are few.
 */
const LATE_END_MS = 100

/**
 * What differs and is no fault; each says why.
 *
 * @param {Found} found
 */
function isAccepted(found) {
  return isCloseTurn(found) || isMendedLength(found)
}

export class Harness {
  #plain = new PlainServer()
  /** @type {Partial<Record<import('./message.mjs').Mode, LoadBalancer>>} */
  #albs = {}
  #createHandler
  #folder

  /**
   * @param {CreateHandler} createHandler of the adapter on trial
   * @param {string} folder with the files that apps serve
   */
  constructor(createHandler, folder) {
    this.#createHandler = createHandler
    this.#folder = folder
  }

  async start() {
    // An error's page shows its stack, which ends in whoever called the app.
    Error.stackTraceLimit = 0
    await this.#plain.start()
    return this
  }

  async close() {
    Error.stackTraceLimit = STACK_TRACE_LIMIT
    this.#plain.close()
    for (const alb of Object.values(this.#albs)) await alb.close()
  }

  /**
   * @param {Case} tried
   * @returns {Promise<Found | undefined>}
   */
  async run(tried) {
    /** @type {Found | undefined} */
    let found
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      found = compare(tried, await this.#onServer(tried), await this.#asFunction(tried))
      if (!found || isAccepted(found)) return undefined
    }
    return found
  }

  /** @param {Case} tried @param {import('./message.mjs').Request} request */
  #situation(tried, request) {
    const alb = tried.front === 'local-alb' ? this.#alb(tried.mode) : undefined
    const listenerPort = alb?.port ?? 8080
    return { mode: tried.mode, clientAddress: '127.0.0.1', listenerPort, target: request.target }
  }

  /** @param {import('./message.mjs').Mode} mode */
  #alb(mode) {
    return (this.#albs[mode] ??= new LoadBalancer(mode, TIMEOUT_SECONDS))
  }

  /** @param {Case} tried @returns {Promise<Exchange[]>} */
  async #onServer(tried) {
    const life = new Life(tried, this.#folder)
    return life.exchanges(async (request, settle) => {
      const situation = this.#situation(tried, request)
      if (refusalOf(request, situation) !== undefined) return 'refused'
      const sent = toPlainRequest(request, situation)
      const options = { patienceMs: PATIENCE_MS, settle }
      const response = await this.#plain.exchange(life.listener, sent, options)
      const isSilent = response.end === 'silent'
      return {
        ...shown(fromPlainResponse(response, sent, situation)),
        ...(isSilent && { isSilent }),
      }
    })
  }

  /** @param {Case} tried @returns {Promise<Exchange[]>} */
  async #asFunction(tried) {
    const life = new Life(tried, this.#folder)
    /** @type {string[]} */
    const codes = []
    const keep = (/** @type {{ code: string }} */ { code }) => void codes.push(code)
    const handler = this.#createHandler((req, res) => life.listener(req, res), {
      peerAddress: '127.0.0.1',
      logger: { warn: keep, error: keep },
    })
    const exchanges = await life.exchanges(async (request, settle) => {
      const situation = this.#situation(tried, request)
      if (refusalOf(request, situation) !== undefined) return 'refused'
      if (tried.front === 'local-alb') {
        const options = { patienceMs: 2 * PATIENCE_MS, settle }
        const response = await this.#alb(tried.mode).exchange(fromLoop(handler), request, options)
        return shown(fromAlbResponse(response))
      }
      const event = throughJson(toEvent(request, situation))
      const result = await fromLoop(handler)(event, newContext())
      await settle()
      return shown(fromAlbResponse(toResponse(throughJson(result), request, situation)))
    })
    return exchanges.map((exchange) => ({ ...exchange, codes }))
  }
}

/** An app from its start to its end, with all requests of its case. */
class Life {
  #tried
  #observation = newObservation()
  /** @type {import('node:http').ServerResponse | undefined} the latest */
  #response
  /** @type {import('./ways/plain-server.mjs').Listener} */
  listener

  /** @param {Case} tried @param {string} folder */
  constructor(tried, folder) {
    this.#tried = tried
    const surroundings = {
      folder,
      note: (/** @type {string} */ what) => void this.#observation.notes.push(what),
    }
    const app = makeApp(tried, surroundings, (req, res, next) => {
      makeProbe(this.#observation, tried.listens)(req, res, next)
    })
    this.listener = (req, res) => {
      this.#response = res
      return app(req, res)
    }
  }

  /** @param {(request: import('./message.mjs').Request, settle: () => Promise<void>) => Promise<unknown>} exchange */
  async exchanges(exchange) {
    /** @type {Exchange[]} */
    const all = []
    for (const sent of this.#tried.requests) {
      const observation = newObservation()
      this.#observation = observation
      attribute(observation)
      this.#response = undefined
      const answer = await exchange(toRequest(sent), () => this.#settled(observation))
      all.push({ ...observation, notes: [...observation.notes], answer, codes: [] })
      // What closing a connection brings, where an answer is still owed, belongs to no exchange.
      this.#observation = newObservation()
      attribute(undefined)
      if (/** @type {{ isSilent?: boolean }} */ (answer).isSilent === true)
        await quiet(this.#observation)
    }
    return all
  }

  /** @param {import('./observe.mjs').Observation} observation */
  async #settled(observation) {
    for (let waited = 0; waited < LATE_END_MS; waited += QUIET_MS) {
      const { writableEnded = true, destroyed = true } = this.#response ?? {}
      if (writableEnded || destroyed) break
      await delay(QUIET_MS)
    }
    await quiet(observation)
  }
}

/** Waits until nothing more is told. @param {import('./observe.mjs').Observation} observation */
async function quiet({ notes, problems }) {
  for (let length = -1; length !== notes.length + problems.length;) {
    length = notes.length + problems.length
    await delay(QUIET_MS)
    await turn()
  }
}

/**
 * Node's server calls a listener from the event loop, where ticks go before promises.
 *
 * @param {import('express-alb').AlbHandler} handler
 * @returns {import('express-alb').AlbHandler}
 */
function fromLoop(handler) {
  return (event, context) =>
    new Promise((resolve, reject) => {
      setImmediate(() => {
        handler(event, context).then(resolve, reject)
      })
    })
}

function newContext() {
  const deadline = Date.now() + TIMEOUT_SECONDS * 1000
  return { awsRequestId: 'fuzz', getRemainingTimeInMillis: () => deadline - Date.now() }
}

/** As between load balancer and function. @template T @param {T} value @returns {T} */
function throughJson(value) {
  /** @type {T} */
  const delivered = JSON.parse(JSON.stringify(value))
  return delivered
}

/** @param {import('./message.mjs').Response} response */
function shown({ body, ...rest }) {
  return { ...rest, body: body.toString('latin1') }
}

/**
 * @param {Case} tried
 * @param {readonly Exchange[]} plain
 * @param {readonly Exchange[]} alb
 * @returns {Found | undefined}
 */
function compare(tried, plain, alb) {
  for (const [request, one] of plain.entries()) {
    const other = alb[request]
    const { isSilent = false, ...answer } = /** @type {{ isSilent?: boolean }} */ (one.answer)
    const expected = { ...one, answer: one.answer === 'refused' ? 'refused' : answer }
    // An app that never answers is cut off as a function, which brings events of its own.
    /** @type {Found['aspect'][]} */
    const aspects = isSilent ? ['answer', 'seen'] : ['answer', 'seen', 'notes', 'problems']
    for (const aspect of aspects) {
      const hasBody = tried.requests[request]?.body !== 'none'
      const [left, right] = [expected, other].map((exchange) =>
        aspect === 'notes' ? comparableNotes(exchange?.notes ?? [], hasBody) : exchange?.[aspect],
      )
      if (isDeepStrictEqual(left, right)) continue
      return {
        aspect,
        request,
        plain: expected[aspect],
        alb: other?.[aspect],
        codes: other?.codes ?? [],
      }
    }
  }
  return undefined
}
