// A Content-Length of the app's that is less than the body: on a wire it cuts the response, and the rest stands before the
// next one. The result has the body's own length, which the load balancer computes (ALB user guide, "Lambda functions as
// targets").
import { isDeepStrictEqual } from 'node:util'

/** @typedef {{ fields: readonly (readonly [string, string])[], body: string }} Answer */

/** @param {Answer} answer */
const withoutLength = ({ fields, body: _body, ...rest }) => ({
  ...rest,
  fields: fields.filter(([name]) => name !== 'Content-Length'),
})

/**
 * Whether that is all that differs.
 *
 * @param {import('./harness.mjs').Found} found
 */
export function isMendedLength({ aspect, plain, alb }) {
  if (aspect !== 'answer' || !isAnswer(plain) || !isAnswer(alb)) return false
  const isCut = alb.body.length > plain.body.length && alb.body.startsWith(plain.body)
  return isCut && isDeepStrictEqual(withoutLength(plain), withoutLength(alb))
}

/**
 * @param {unknown} answer
 * @returns {answer is Answer}
 */
function isAnswer(answer) {
  return typeof answer === 'object' && answer !== null && 'fields' in answer && 'body' in answer
}
