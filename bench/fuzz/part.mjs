// What an app is made of: parts that a case names, with what it chose for them.
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'

/** @typedef {import('express').Request} Request */
/** @typedef {import('express').Response} Response */
/** @typedef {import('express').RequestHandler} RequestHandler */

/**
 * What stands around an app: fresh for each of its lives.
 *
 * @typedef {object} World
 * @property {typeof import('express')} express the major that the case asks for
 * @property {string} folder with files to serve
 * @property {(what: string) => void} note takes down what a hook or an event tells, in order
 */

/**
 * One kind of middleware, or of a route's end. A choice is plain data, so that a case can be shown and shrunk.
 *
 * @typedef {object} Kind
 * @property {fc.Arbitrary<unknown>} [choice]
 * @property {boolean} [bare] whether it needs nothing of Express
 * @property {number} [weight] how often it is taken beside the others; default 4
 * @property {(choice: never, world: World) => RequestHandler} make
 */

/** @typedef {Readonly<Record<string, Kind>>} Kinds */

/**
 * @typedef {object} Part
 * @property {string} kind
 * @property {unknown} choice
 */

/**
 * @param {Kinds} kinds
 * @param {boolean} bare
 * @returns {fc.Arbitrary<Part>}
 */
export function anyPart(kinds, bare) {
  const fitting = Object.entries(kinds).filter(([, kind]) => !bare || kind.bare === true)
  return fc.oneof(
    ...fitting.map(([kind, { choice = fc.constant(null), weight = 4 }]) => ({
      weight,
      arbitrary: choice.map((chosen) => ({ kind, choice: chosen })),
    })),
  )
}

/**
 * @param {Kinds} kinds
 * @param {Part} part
 * @param {World} world
 */
export function make(kinds, { kind, choice }, world) {
  const found = kinds[kind]
  if (!found) throw new Error(`No part ${kind}`)
  return found.make(/** @type {never} */ (choice), world)
}

/** How a piece of work waits for the next. @typedef {'now' | 'tick' | 'promise' | 'immediate' | 'timer'} Pause */

/** @type {fc.Arbitrary<Pause>} */
export const anyPause = fc.constantFrom('now', 'tick', 'promise', 'immediate', 'timer')

/**
 * @param {Pause} kind
 * @param {() => void} work
 */
export function after(kind, work) {
  if (kind === 'now') work()
  else if (kind === 'tick') process.nextTick(work)
  else if (kind === 'promise') queueMicrotask(work)
  else if (kind === 'immediate') setImmediate(work)
  else setTimeout(work, 2)
}

/** @param {Pause} kind @returns {Promise<unknown>} */
export function waited(kind) {
  if (kind === 'immediate') return turn()
  if (kind === 'timer') return delay(2)
  if (kind === 'tick') {
    return new Promise((resolve) => {
      process.nextTick(resolve)
    })
  }
  return Promise.resolve()
}
