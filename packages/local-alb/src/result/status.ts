import { STATUS_CODES } from 'node:http'
import type { Settings } from '../options.js'
import { describe, invalidResult } from './invalid-result.js'

/**
 * The status of a result. A number is enough, and it must be one (ALB user guide, "Lambda functions as targets",
 * "Respond to the load balancer"). 1xx cannot be an answer.
 *
 * @throws {RefusedError} for none, and for an odd one unless `oddStatusCode` accepts it
 */
export function readStatus(
  statusCode: unknown,
  { oddStatusCode }: Pick<Settings, 'oddStatusCode'>,
): number {
  if (statusCode === undefined) {
    throw invalidResult(
      'The result has no statusCode, which the ALB needs; return an object such as {"statusCode":200}',
    )
  }
  if (isStatus(statusCode, 599)) return statusCode
  const isNumeric = typeof statusCode === 'number' || typeof statusCode === 'string'
  const meant = isNumeric ? Math.trunc(Number(statusCode)) : NaN
  if (oddStatusCode === 'accept' && isStatus(meant, 999)) return meant
  throw invalidResult(
    `statusCode is ${describe(statusCode)}; the ALB takes a whole number from 200 to 599 only${
      isStatus(meant, 599) ? `, so send ${meant}` : ''
    }`,
  )
}

function isStatus(value: unknown, highest: number): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= highest
}

/**
 * The reason phrase of a result: from `statusDescription`, `"<code> <phrase>"`, where the phrase is free text; the
 * standard one when there is no description.
 *
 * @throws {RefusedError} for one that is not a string, and for an odd one unless `oddStatusDescription` accepts it
 */
export function readReason(
  statusDescription: unknown,
  status: number,
  settings: Pick<Settings, 'oddStatusDescription'>,
): string {
  const standard = STATUS_CODES[status] ?? ''
  if (statusDescription === undefined) return standard
  const example = `"${status} ${standard || 'Custom'}"`
  if (typeof statusDescription !== 'string') {
    throw invalidResult(
      `statusDescription is ${describe(statusDescription)}; the ALB takes a string such as ${example} only, so send one or leave it out`,
    )
  }
  const prefix = `${status} `
  const phrase = statusDescription.slice(prefix.length)
  if (statusDescription.startsWith(prefix) && phrase !== '' && !phrase.startsWith(' '))
    return phrase
  if (settings.oddStatusDescription === 'accept') {
    return statusDescription.replace(/^\d{3}(?: +|$)/, '') || standard
  }
  throw invalidResult(
    `statusDescription is ${describe(statusDescription)}; with statusCode ${status} the ALB takes the code, one space and a phrase, such as ${example}`,
  )
}
