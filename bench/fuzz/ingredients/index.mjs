import { BODIES } from './bodies.mjs'
import { HEADERS } from './headers.mjs'
import { SURROUNDINGS } from './surroundings.mjs'
import { WRAPPERS } from './wrappers.mjs'

/** @type {import('../part.mjs').Kinds} */
export const INGREDIENTS = { ...BODIES, ...HEADERS, ...WRAPPERS, ...SURROUNDINGS }
