// How many turns of the event loop a destroyed connection takes to close: nothing promises it, and what else the app waits
// for may come before or after.
import { isDeepStrictEqual } from 'node:util'

/**
 * Whether the notes are the same on both sides, in another order, of an exchange whose connection the app destroyed.
 *
 * @param {import('./harness.mjs').Found} found
 */
export function isCloseTurn({ aspect, plain, alb, codes }) {
  if (aspect !== 'notes' || !Array.isArray(plain) || !Array.isArray(alb)) return false
  const [left, right] = [plain, alb].map((notes) => notes.map(String).toSorted(inOrder))
  return codes.includes('disconnected') && isDeepStrictEqual(left, right)
}

/** @param {string} one @param {string} other */
function inOrder(one, other) {
  return one < other ? -1 : Number(one > other)
}
