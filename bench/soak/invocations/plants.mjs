// Faults put in on purpose, each of which the soak must see.

/**
 * @typedef {(event: import('express-alb').AlbEvent, context?: import('express-alb').LambdaContext) => Promise<import('express-alb').AlbResult>} Handler
 */

/** One invocation in so many has the fault, except for the leak, which all have. */
const SHARE = 200

/** @type {unknown[]} */
const kept = []

/** @type {Readonly<Record<string, (handler: Handler) => Handler>>} */
export const PLANTS = {
  /** Keeps every event. */
  leak: (handler) => (event, context) => {
    kept.push(event)
    return handler(event, context)
  },
  /** A promise that nobody waits for is rejected. */
  rejection: (handler) =>
    sometimes(handler, (event, context) => {
      void Promise.reject(new Error('planted'))
      return handler(event, context)
    }),
  /** An invocation gets the answer of one before it. */
  'mix-up': (handler) => {
    /** @type {ReturnType<Handler>} */
    let before
    /** @type {Handler} */
    const remembering = (event, context) => (before = handler(event, context))
    return sometimes(remembering, (event, context) => {
      const [answer, own] = [before, handler(event, context)]
      return own.then(() => answer)
    })
  },
  /** A timer is never cleared. */
  timer: (handler) =>
    sometimes(handler, (event, context) => {
      setTimeout(() => {}, 3_600_000)
      return handler(event, context)
    }),
  /** A listener is never taken off. */
  listener: (handler) =>
    sometimes(handler, (event, context) => {
      process.on('beforeExit', () => {})
      return handler(event, context)
    }),
}

/** @param {Handler} usual @param {Handler} faulty @returns {Handler} */
function sometimes(usual, faulty) {
  let count = 0
  return (event, context) => (++count % SHARE === 0 ? faulty : usual)(event, context)
}
