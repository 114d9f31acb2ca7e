import { RefusedError } from '../message.js'

/**
 * A result that the load balancer answers with 502 (ALB user guide, "Access logs", "Error reason codes").
 *
 * @param explanation one sentence: what is wrong, where in the result, and how to mend it
 */
export function invalidResult(explanation: string): RefusedError {
  return new RefusedError({ status: 502, errorReason: 'LambdaInvalidResponse', explanation })
}

/** A value of JSON as a message names it: `the number 22`, `null`, `an array`. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return `the ${typeof value} ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}`
}

const MAX_SHOWN = 80
