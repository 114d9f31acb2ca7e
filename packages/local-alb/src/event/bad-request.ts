import { RefusedError } from '../message.js'
import type { Settings } from '../options.js'

/**
 * A request that cannot be written as an event. AWS names the reason but not the client's status (ALB user guide,
 * "Access logs", "Error reason codes").
 */
export function badRequest(
  { badRequestStatus: status }: Pick<Settings, 'badRequestStatus'>,
  explanation: string,
): RefusedError {
  return new RefusedError({ status, errorReason: 'LambdaBadRequest', explanation })
}
