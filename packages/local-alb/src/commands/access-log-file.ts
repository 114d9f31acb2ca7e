import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { toAccessLogLine } from '../access-log.js'
import type { Alb } from '../alb.js'
import type { AlbOptions } from '../options.js'
import { CommandError } from './command-error.js'

const LOAD_BALANCER = 'app/local-alb/0123456789abcdef'

/**
 * Appends a line in AWS's format for every request that `alb` answers.
 *
 * @throws {CommandError} when the file cannot be written
 */
export async function openAccessLog(
  file: string,
  alb: Alb,
  { listenerPort, dnsName }: Pick<AlbOptions, 'listenerPort' | 'dnsName'> = {},
): Promise<{ close(): Promise<void> }> {
  const identity = {
    loadBalancer: LOAD_BALANCER,
    ...(listenerPort !== undefined && { listenerPort }),
    ...(dnsName !== undefined && { dnsName }),
  }
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  try {
    await once(stream, 'open')
  } catch (error) {
    throw new CommandError(`--access-log ${file} cannot be written: ${(error as Error).message}`)
  }
  // A full disk must not end the load balancer.
  stream.on('error', (error) => {
    process.emitWarning(`The access log ${file} has gaps: ${error.message}`)
  })
  alb.on('exchange', (exchange) => {
    if (exchange.endedAt === undefined) return
    stream.write(`${toAccessLogLine(exchange, identity)}\n`)
  })
  return {
    close: async () => {
      stream.end()
      await once(stream, 'close')
    },
  }
}
