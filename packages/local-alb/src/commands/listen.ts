import type { Alb } from '../alb.js'
import type { Inspector } from '../inspector/inspector.js'
import { CommandError } from './command-error.js'

/** @throws {CommandError} saying which other port or host to use */
export async function listen(alb: Alb, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((done, fail) => {
      alb.once('error', fail)
      alb.listen(port, host, () => {
        alb.off('error', fail)
        done()
      })
    })
  } catch (error) {
    throw toListenError(error, port, host)
  }
}

function toListenError(cause: unknown, port: number, host: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  switch (code) {
    case 'EADDRINUSE':
      return new CommandError(
        `Port ${port} is in use. Choose another one, such as --port ${port === 65_535 ? 8080 : port + 1}, or --port 0 for any that is free`,
        { cause },
      )
    case 'EACCES':
      return new CommandError(
        `Port ${port} needs more rights. Choose one above 1023: --port 8080`,
        {
          cause,
        },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EINVAL':
      return new CommandError(
        `${host} is no address of this machine. Use --host 127.0.0.1, or --host 0.0.0.0 for all of its addresses`,
        { cause },
      )
    default:
      return cause
  }
}

/**
 * The inspector on the port that was asked for, or on the one after the load balancer's if that is free, or on any.
 *
 * @throws {CommandError} when the port that was asked for is in use
 */
export async function listenBeside(
  inspector: Inspector,
  alb: Alb,
  { port, inspectorPort }: { readonly port: number; readonly inspectorPort: number | undefined },
): Promise<void> {
  const next = (alb.address()?.port ?? 0) + 1
  try {
    await inspector.listen(inspectorPort ?? (port === 0 || next > 65_535 ? 0 : next))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (inspectorPort === undefined && (code === 'EADDRINUSE' || code === 'EACCES')) {
      await inspector.listen(0)
    } else if (code === 'EADDRINUSE') {
      throw new CommandError(
        `Port ${inspectorPort} is in use. Choose another one with --inspector-port, or leave it out`,
        { cause },
      )
    } else throw cause
  }
}
