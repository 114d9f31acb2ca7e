import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'
import { createHandler } from 'express-alb'
import { createAlb, type Alb, type AlbTarget } from 'local-alb'
import { createCertificate } from '../../../packages/local-alb/src/listener/self-signed.js'

/** A place where the service is reached, and how it is left. */
export interface Place {
  readonly url: string
  close(): Promise<void>
}

export interface Way {
  readonly name: string
  /** The name of this way in an address of a test's own, such as 203.0.113.1. */
  readonly number: number
  readonly start: (app: Express) => Promise<Place>
  /** Behind a load balancer that clients reach over HTTPS. */
  readonly startHttps: (app: Express) => Promise<Place & { readonly ca: string }>
}

/** The one app as a server, and as a function in both modes of a target group. */
export const WAYS: readonly Way[] = [
  {
    name: 'as a plain server',
    number: 1,
    start: startServer,
    async startHttps(app) {
      const server = await startServer(app)
      const alb = await startHttpsAlb(server.url)
      const close = async (): Promise<void> => {
        await alb.close()
        await server.close()
      }
      return { ...alb, close }
    },
  },
  ...[false, true].map((multiValueHeaders, index) => ({
    name: `as a function in ${multiValueHeaders ? 'multi' : 'single'}-value mode`,
    number: index + 2,
    start: async (app: Express) =>
      listen(createAlb(createHandler(app, { logger: false }), { multiValueHeaders })),
    startHttps: async (app: Express) =>
      startHttpsAlb(createHandler(app, { logger: false }), multiValueHeaders),
  })),
]

async function startServer(app: Express): Promise<Place> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) }
}

async function closeServer(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

async function startHttpsAlb(
  target: AlbTarget,
  multiValueHeaders = false,
): Promise<Place & { readonly ca: string }> {
  const tls = await createCertificate()
  return { ...(await listen(createAlb(target, { tls, multiValueHeaders }))), ca: tls.cert }
}

async function listen(alb: Alb): Promise<Place> {
  alb.listen(0)
  if (!alb.listening) await once(alb, 'listening')
  return { url: alb.url, close: () => alb[Symbol.asyncDispose]() }
}
