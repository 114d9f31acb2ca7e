import type { AnyNode } from 'acorn'
import type { Observation } from '../finding.js'
import type { Source } from './source.js'
import type { Ancestors } from './syntax.js'

/** Looks at each node of a source; gives what it finds, without its place. */
export type Rule = (
  node: AnyNode,
  ancestors: Ancestors,
  source: Source,
) => Omit<Observation, 'place'> | undefined
