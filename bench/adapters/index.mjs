// Who is measured. Each module is loaded only in its own process.

/**
 * @typedef {(event: import('../event.mjs').AlbEvent, context: ReturnType<typeof import('../event.mjs').lambdaContext>) => Promise<unknown>} Handler
 * @typedef {object} Settings
 * @property {(headers: Record<string, unknown>) => boolean} [isBinary] the peers' binary rule instead of the cheap one
 *
 * @typedef {object} Adapter
 * @property {(listener: import('node:http').RequestListener, entry?: string, settings?: Settings) => Handler | Promise<Handler>} create
 * @property {(event: import('../event.mjs').AlbEvent) => unknown} [prepare] what the handler gets in the event's place, made
 *   before the clock starts
 * @property {boolean} [ungated] only its status can be right or wrong
 */

export const OWN = 'express-alb'
export const FLOOR = 'floor'
export const PAIR = 'recorded-pair'
export const PEERS = ['serverless-http', 'serverless-express', 'h4ad', 'loopback']
/** Neither ours nor a peer: what lies below all of them. */
export const REFERENCES = [PAIR, FLOOR]
export const ALL = [...REFERENCES, OWN, ...PEERS]

/**
 * @param {string} name one of ALL, or `express-alb@<file>` for another build of the package
 * @returns {Promise<Adapter & { entry?: string }>}
 */
export async function loadAdapter(name) {
  const { base, entry } = parseName(name)
  const adapter = /** @type {Adapter} */ (
    await import(new URL(`./${base}.mjs`, import.meta.url).href)
  )
  return { ...adapter, ...(entry !== undefined && { entry }) }
}

/** @param {string} name */
export function parseName(name) {
  const at = name.indexOf('@')
  return at < 0 ? { base: name } : { base: name.slice(0, at), entry: name.slice(at + 1) }
}
