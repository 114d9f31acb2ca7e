import { existsSync, statSync } from 'node:fs'
import type { Exchange } from '../exchange.js'
import type { Side, SideName, Sides } from '../parity/side.js'
import { CommandError } from './command-error.js'
import { printable } from './paint.js'
import type { ParityOptions } from './parity-options.js'
import { serve } from './serve.js'

export interface OpenSides {
  readonly sides: Sides
  close(): Promise<void>
}

/**
 * The two sides: a URL is asked where it is, a function or a configuration is served by a load balancer in this process.
 *
 * @param note takes what a function says about itself when it does not start
 * @throws {CommandError | TypeError} naming the option
 */
export async function openSides(
  options: ParityOptions,
  note: (text: string) => void,
): Promise<OpenSides> {
  const [left, right] = namesOf(options)
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    await Promise.all(closers.map((end) => end()))
  }
  const open = async (name: SideName, target: string): Promise<Side> => {
    if (isUrl(target) && options.behindAlb !== true) return toRemoteSide(name, target, options)
    const served = await serveSide(name, target, options, note)
    closers.push(served.close)
    return served.side
  }
  try {
    return { sides: { left: await open('left', left), right: await open('right', right) }, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** `--config` stands for the side that is not named. */
function namesOf({ left, right, config }: ParityOptions): readonly [left: string, right: string] {
  const [one, other] = [left ?? (right === undefined ? undefined : config), right ?? config]
  if (config !== undefined && left !== undefined && right !== undefined) {
    throw new CommandError(
      `--left, --right and --config are three; --config ${config} stands for the side that is not named`,
    )
  }
  if (one === undefined || other === undefined) {
    throw new CommandError(
      `${one === undefined ? '--left' : '--right'} is missing: what shall be compared with ${one ?? other ?? 'what'}? Such as --left http://127.0.0.1:3000 --right dist/lambda.mjs`,
    )
  }
  return [one, other]
}

function isUrl(target: string): boolean {
  return target.includes('://')
}

function toRemoteSide(name: SideName, target: string, { insecure }: ParityOptions): Side {
  const origin = URL.canParse(target) ? new URL(target) : undefined
  const isOrigin =
    origin !== undefined &&
    /^https?:$/.test(origin.protocol) &&
    origin.pathname === '/' &&
    origin.search === '' &&
    origin.username === ''
  if (!isOrigin) {
    throw new CommandError(
      `--${name} ${target} is no origin of a server; write it as http://127.0.0.1:3000, without a path`,
    )
  }
  return {
    name,
    label: origin.origin,
    origin,
    checkCertificate: insecure !== true,
    refusalOf: () => undefined,
  }
}

async function serveSide(
  name: SideName,
  target: string,
  options: ParityOptions,
  note: (text: string) => void,
): Promise<{ readonly side: Side; readonly close: () => Promise<void> }> {
  const isConfig = target.endsWith('.json')
  if (!isUrl(target) && (!existsSync(target) || statSync(target).isDirectory())) {
    const server = /^[\w.-]+:\d+$/.test(target) ? `: a server is given as http://${target}` : ''
    throw new CommandError(
      `--${name} ${target}: there is no such file in ${process.cwd()}${server || '. Build the function first, or give its source (src/lambda.ts) or the URL of a server'}`,
    )
  }
  const multi = options.multiValueHeaders
  const served = await serve(
    {
      ...(isConfig ? { config: target } : { target }),
      port: 0,
      https: options.https,
      inspector: false,
      multiValueHeaders: isConfig ? undefined : multi === true || multi === name,
      handler: options.handler,
      timeout: options.timeout,
      memory: options.memory,
      envFile: options.envFile,
      // The port is any, so apps are told the usual one; Host stays as it was sent, without a port.
      attributes: {
        preserveHostHeader: true,
        listenerPort: options.https === true ? 443 : 80,
        ...options.attributes,
      },
    },
    {
      line: () => {},
      note: (text) => {
        note(`${name}: ${text}`)
      },
      color: false,
    },
  )
  const { alb } = served
  const latest = new Map<number, Exchange>()
  alb.on('exchange', (exchange) => {
    // The same object twice; it is complete by the time the answer has come.
    latest.set(exchange.request.connection.client.port, exchange)
  })
  const mode = isUrl(target)
    ? ' behind a load balancer'
    : isConfig
      ? ''
      : `, ${multi === true || multi === name ? 'multi' : 'single'}-value headers`
  return {
    side: {
      name,
      label: `${target}${mode}`,
      origin: new URL(alb.url),
      checkCertificate: false,
      refusalOf: (port) => {
        const refusal = latest.get(port)?.refusal
        latest.delete(port)
        if (refusal === undefined) return undefined
        const { errorReason, explanation } = refusal
        return printable(`${errorReason === undefined ? '' : `${errorReason}: `}${explanation}`)
      },
    },
    close: () => served.close(),
  }
}
