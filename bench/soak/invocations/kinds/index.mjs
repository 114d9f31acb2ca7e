// Every kind of invocation, and which one is the turn of a number.
import { seeded } from '../random.mjs'
import { ANSWERED } from './answered.mjs'
import { COMPRESSED } from './compressed.mjs'
import { FAILED } from './failed.mjs'
import { REFUSED } from './refused.mjs'

export const KINDS = [...ANSWERED, ...COMPRESSED, ...FAILED, ...REFUSED]

const total = KINDS.reduce((sum, { share }) => sum + share, 0)

/**
 * The kind and the contents of invocation `index`: by the seed alone, whatever the order in which they run.
 *
 * @param {number} seed
 * @param {number} index
 * @returns {{ kind: import('./kind.mjs').Kind, order: import('./kind.mjs').Order }}
 */
export function invocationAt(seed, index) {
  const random = seeded(Math.imul(seed, 0x9e3779b1) + index)
  let dice = random() * total
  const kind = KINDS.find(({ share }) => (dice -= share) < 0)
  if (!kind) throw new Error(`No kind for ${index}`)
  return {
    kind,
    order: {
      id: `${seed}-${index}`,
      seed: Math.floor(random() * 2 ** 31),
      // Many small ones, few large ones.
      size: random() ** 2,
      mode: random() < 0.5 ? 'single' : 'multi',
    },
  }
}
