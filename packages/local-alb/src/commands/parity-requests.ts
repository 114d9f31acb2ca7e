import { isSafe, type ParityRequest } from '../parity/request.js'
import { readSources } from '../parity/sources/read-sources.js'
import { CommandError } from './command-error.js'
import type { ParityOptions } from './parity-options.js'

export interface Chosen {
  readonly requests: readonly ParityRequest[]
  /** What the sources have and is not sent, and how often. */
  readonly leftOut: ReadonlyMap<string, number>
}

/**
 * The requests of the sources that are to be sent.
 *
 * @throws {CommandError | ParityError} also when none is left
 */
export function chooseRequests(options: ParityOptions): Chosen {
  const { from = [], format, origin, unsafe = false, unique = false, limit = Infinity } = options
  const source = readSources(from, { format, origins: origin })
  const leftOut = new Map(source.leftOut)
  const leaveOut = (reason: string): void => {
    leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
  }
  const seen = new Set<string>()
  const requests = source.requests.filter((request) => {
    const { method } = request
    if (method === 'TRACE') {
      leaveOut('TRACE, which load balancers refuse')
      return false
    }
    if (!unsafe && !isSafe(method)) {
      leaveOut(`${method} (--unsafe sends them)`)
      return false
    }
    if (!unique) return true
    const key = toKey(request)
    if (seen.has(key)) {
      leaveOut('sent once already (--unique)')
      return false
    }
    seen.add(key)
    return true
  })
  if (requests.length > limit) {
    leftOut.set(`after the first ${limit} (--limit)`, requests.length - limit)
  }
  if (requests.length === 0) {
    const why = [...leftOut].map(([reason, count]) => `${count} left out: ${reason}`).join('; ')
    throw new CommandError(
      `${from.join(', ')} has no request to send${why === '' ? '' : ` (${why})`}`,
    )
  }
  return { requests: requests.slice(0, limit), leftOut }
}

/** Who asked is not what is asked for. */
function toKey({ method, target, headers, body }: ParityRequest): string {
  const fields = headers.filter(([name]) => name.toLowerCase() !== 'user-agent')
  return JSON.stringify([method, target, fields, body?.toString('base64')])
}
