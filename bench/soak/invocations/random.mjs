// Contents that depend on a seed and on nothing else.
import { createHash } from 'node:crypto'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). @param {number} seed @returns {() => number} */
export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Bytes of all values. @param {number} seed @param {number} length */
export function bytesOf(seed, length) {
  const random = seeded(seed)
  // Generated anew for each byte they would take most of the time.
  const pattern = Uint8Array.from({ length: 1021 }, () => random() * 256)
  return Buffer.alloc(length, pattern)
}

/** Text with more than ASCII in it. @param {number} seed @param {number} length of words */
export function textOf(seed, length) {
  const random = seeded(seed)
  const words = ['order', 'größe', 'total', '価格', 'item', '🙂', 'paid', 'open']
  return Array.from({ length }, () => words[Math.floor(random() * 8)]).join(' ')
}

/** @param {string | Uint8Array} content */
export function digest(content) {
  return createHash('sha1').update(content).digest('hex')
}
