import type { Response } from '../answer.js'
import type { ParityRequest } from '../request.js'
import type { Sides } from '../side.js'
import type { Masks } from './masks.js'

/** What two answers are compared with. */
export interface Context {
  readonly request: Pick<ParityRequest, 'method' | 'target'>
  /** What both were sent as `Host`. */
  readonly host: string
  readonly sides: Sides
  readonly masks: Masks
  /** Left's answer to the same request once more: what differs in it is volatile. */
  readonly probe?: Response | undefined
}
