import { createRequire } from 'node:module'
import express5 from 'express'

// The alias package has no types of its own; what tests use of it is the same in both majors.
const express4 = createRequire(import.meta.url)('express4') as typeof express5

/** The form of an event, and so of its result. */
export type Mode = 'single' | 'multi'

/** Both forms, for `describe.each`. */
export const MODES: readonly Mode[] = ['single', 'multi']

/** Both supported majors of Express, for `describe.each`. */
export const EXPRESSES: readonly { readonly name: string; readonly express: typeof express5 }[] = [
  { name: 'Express 4', express: express4 },
  { name: 'Express 5', express: express5 },
]

/** Each major of Express in each mode. */
export const EXPRESSES_IN_MODES: readonly {
  readonly name: string
  readonly express: typeof express5
  readonly mode: Mode
}[] = EXPRESSES.flatMap((one) => MODES.map((mode) => ({ ...one, mode })))
