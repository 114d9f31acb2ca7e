import { ANSWERS } from './answers.mjs'
import { FAILURES } from './failures.mjs'
import { FILES } from './files.mjs'
import { STREAMS } from './streams.mjs'

/** @type {import('../part.mjs').Kinds} */
export const ENDINGS = { ...ANSWERS, ...STREAMS, ...FILES, ...FAILURES }
