// All vectors, by section.
import { body } from './body.mjs'
import { bytes } from './bytes.mjs'
import { cookies } from './cookies.mjs'
import { express } from './express.mjs'
import { headers } from './headers.mjs'
import { identity } from './identity.mjs'
import { invocation } from './invocation.mjs'
import { lifecycle } from './lifecycle.mjs'
import { limits } from './limits.mjs'
import { message } from './message.mjs'
import { reading } from './reading.mjs'
import { result } from './result.mjs'
import { target } from './target.mjs'
import { writing } from './writing.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Mode} Mode
 * @typedef {{ section: string, vector: Vector, mode: Mode }} Check one vector in one mode
 */

/** @type {{ name: string, title: string, vectors: Vector[] }[]} */
export const sections = [
  { name: 'target', title: 'Method, path, query', vectors: target },
  { name: 'headers', title: 'Request headers', vectors: headers },
  { name: 'body', title: 'Request body', vectors: [...body, ...reading] },
  { name: 'identity', title: 'Who is asking', vectors: identity },
  { name: 'message', title: 'req, res and socket', vectors: message },
  { name: 'result', title: 'Status and header fields', vectors: result },
  { name: 'cookies', title: 'Cookies', vectors: cookies },
  { name: 'bytes', title: 'Response bytes', vectors: bytes },
  { name: 'writing', title: 'Writing a response', vectors: writing },
  { name: 'lifecycle', title: 'Events, destroyed streams', vectors: lifecycle },
  { name: 'express', title: 'Express and middleware', vectors: express },
  { name: 'limits', title: 'Limits and failures', vectors: limits },
  { name: 'invocation', title: 'Handler and event', vectors: invocation },
]

/** @type {Mode[]} */
export const MODES = ['single', 'multi']

/**
 * Every check, or those of a mode, and of a vector or a section.
 *
 * @param {{ mode?: Mode | undefined, only?: string | undefined }} [choice]
 * @returns {Check[]}
 */
export function checksOf({ mode, only } = {}) {
  return sections.flatMap(({ name, vectors }) =>
    vectors
      .filter(({ id }) => only === undefined || only === name || only === id)
      .flatMap((vector) =>
        (vector.modes ?? MODES)
          .filter((one) => mode === undefined || one === mode)
          .map((one) => ({ section: name, vector, mode: one })),
      ),
  )
}
