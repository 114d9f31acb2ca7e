// What one case is: an app and the requests for it, as plain data.
import fc from 'fast-check'
import { ENDINGS } from './endings/index.mjs'
import { INGREDIENTS } from './ingredients/index.mjs'
import { anyPart } from './part.mjs'
import { anySent } from './requests.mjs'

/** @typedef {import('./part.mjs').Part} Part */

/**
 * @typedef {object} Settings
 * @property {boolean | number | string} trustProxy
 * @property {'simple' | 'extended'} queryParser
 * @property {'strong' | 'weak' | false} etag
 * @property {boolean} poweredBy
 */

/**
 * @typedef {object} Case
 * @property {'5' | '4' | 'none'} express
 * @property {import('./message.mjs').Mode} mode
 * @property {'direct' | 'local-alb'} front
 * @property {Settings} settings
 * @property {readonly Part[]} stack
 * @property {readonly { path: string, before: readonly Part[], ending: Part }[]} routes
 * @property {'none' | 'json' | 'throws'} onError
 * @property {'none' | 'response' | 'both'} listens to which events the harness listens: adapters may take short cuts
 * where nobody listens
 * @property {readonly import('./requests.mjs').Sent[]} requests
 */

/** @param {'5' | '4' | 'none'} express @returns {fc.Arbitrary<Case>} */
function anyCaseOf(express) {
  const isBare = express === 'none'
  const part = anyPart(INGREDIENTS, isBare)
  const route = fc.record({
    path: fc.constantFrom('/', '/item/:id'),
    before: fc.array(part, { maxLength: 2 }),
    ending: anyPart(ENDINGS, isBare),
  })
  return fc.record({
    express: fc.constant(express),
    mode: fc.constantFrom('single', 'multi'),
    front: fc.constantFrom('direct', 'direct', 'direct', 'local-alb'),
    settings: fc.record({
      trustProxy: fc.constantFrom(false, true, 1, 'loopback'),
      queryParser: fc.constantFrom('simple', 'extended'),
      etag: fc.constantFrom(
        /** @type {const} */ ('weak'),
        /** @type {const} */ ('strong'),
        /** @type {const} */ (false),
      ),
      poweredBy: fc.boolean(),
    }),
    stack: fc.array(part, { maxLength: 6 }),
    routes: fc.array(route, { minLength: 1, maxLength: 3 }),
    onError: fc.constantFrom('none', 'json', 'throws'),
    listens: fc.constantFrom('both', 'response', 'none'),
    requests: fc.array(anySent, { minLength: 1, maxLength: 3 }),
  })
}

/** @param {readonly ('5' | '4' | 'none')[]} majors */
export function anyCase(majors) {
  return fc.oneof(...majors.map(anyCaseOf))
}

/**
 * The seed of one case, so that each can be made without those before it.
 *
 * @param {number} seed
 * @param {number} number
 */
export function seedOf(seed, number) {
  // Mixes both well enough that neighbours have nothing in common.
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f)
  return (mixed ^ (mixed >>> 13)) | 0
}

/**
 * The names of all that a case uses.
 *
 * @param {Case} tried
 */
export function namesIn({ express, mode, front, stack, routes, requests, onError, listens }) {
  const parts = [...stack, ...routes.flatMap(({ before, ending }) => [...before, ending])]
  return [
    `express ${express}`,
    `${mode}-value mode`,
    `front ${front}`,
    `on error: ${onError}`,
    `listens to: ${listens}`,
    ...parts.map(({ kind }) => kind),
    ...requests.flatMap(({ method, body, headers }) => [
      `${method} request`,
      `body: ${body}`,
      ...headers.map(([name]) => `request ${name.toLowerCase()}`),
    ]),
  ]
}
