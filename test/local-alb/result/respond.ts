import type { HttpResponse, Refusal } from '../../../packages/local-alb/src/message.js'
import { type AlbOptions, resolveOptions } from '../../../packages/local-alb/src/options.js'
import { toResponse } from '../../../packages/local-alb/src/result/result.js'
import { createForwardedRequest, refusalOf, type RequestParts } from '../../helpers/http-request.js'
import type { Mode } from '../../helpers/modes.js'

/** What a test is about; the rest is a GET in single-value mode with the default options. */
export interface Circumstances extends AlbOptions {
  readonly mode?: Mode
  readonly request?: RequestParts
}

/** The response to a result: JSON text as it is, anything else as JSON. */
export function respond(
  result: unknown,
  { mode = 'single', request = {}, ...options }: Circumstances = {},
): HttpResponse {
  const payload = typeof result === 'string' ? result : JSON.stringify(result)
  const group = { multiValueHeaders: mode === 'multi' }
  return toResponse(payload, createForwardedRequest(request), group, resolveOptions(options))
}

/** How a result is refused. Fails when it is not refused with 502 and a reason. */
export function refuse(result: unknown, circumstances: Circumstances = {}): Refusal {
  const refusal = refusalOf(() => respond(result, circumstances))
  if (refusal.status !== 502) throw new Error(`Refused with ${refusal.status}`)
  return refusal
}

/** Why a result is refused as `LambdaInvalidResponse`. */
export function explain(result: unknown, circumstances: Circumstances = {}): string {
  const { errorReason, explanation } = refuse(result, circumstances)
  if (errorReason !== 'LambdaInvalidResponse') throw new Error(`Refused for ${errorReason}`)
  return explanation
}

/** The names and values of a response, as lines. */
export function linesOf({ headers }: HttpResponse): string[] {
  return headers.map(([name, value]) => `${name}: ${value}`)
}
