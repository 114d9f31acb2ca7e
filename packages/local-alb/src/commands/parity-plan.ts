import { createMasks } from '../parity/compare/masks.js'
import type { Plan } from '../parity/plan.js'
import { parseField } from '../parity/sources/request-list.js'
import { CommandError } from './command-error.js'
import type { ParityOptions } from './parity-options.js'

/** @throws {CommandError | ParityError} naming the option */
export function toPlan(options: ParityOptions): Plan {
  const { concurrency, cookies = false, unsafe = false } = options
  if (cookies && concurrency !== undefined && concurrency > 1) {
    throw new CommandError(
      `--concurrency ${concurrency} does not go with --cookies: a session's requests follow one another`,
    )
  }
  if (cookies && options.mirror === true) {
    throw new CommandError('--cookies is for recorded requests; live traffic has its own cookies')
  }
  return {
    masks: createMasks(options),
    unsafe,
    probeVolatile: options.probeVolatile ?? true,
    cookies,
    // What changes something, and sessions, depend on the order.
    concurrency: concurrency ?? (cookies || unsafe ? 1 : 4),
    maxSlowerMs: options.maxSlower,
    waitSeconds: options.wait ?? 60,
    headers: (options.header ?? []).map((line) => parseField(line, '--header')),
    host: options.host,
  }
}
