import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Express, Request as ExpressRequest } from 'express'
import fc from 'fast-check'
import { EXPRESSES } from '../../helpers/modes.js'
import type { Listener } from '../../helpers/response-wire.js'
import { type Answer, write } from './answers.js'

/** What stands around the listener that answers. */
export interface Around {
  readonly express: 'Express 4' | 'Express 5' | 'none'
  readonly trustProxy: boolean | number | string
  readonly queryParser: 'simple' | 'extended'
}

export const anyAround: fc.Arbitrary<Around> = fc.record({
  express: fc.constantFrom('Express 5' as const, 'Express 4' as const, 'none' as const),
  trustProxy: fc.constantFrom(false, true, 1, 2, 'loopback', '10.0.0.0/8', 'loopback, 10.0.0.0/8'),
  queryParser: fc.constantFrom('simple' as const, 'extended' as const),
})

/** An app that notes all it can see of a request, and then answers. */
export function makeEcho(around: Around, answer: Answer, seen: unknown[]): Listener {
  const listen: Listener = async (req, res) => {
    const head = lookAt(req, around.express !== 'none')
    const pieces: Buffer[] = []
    for await (const piece of req) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const digest = createHash('sha256').update(body).digest('hex')
    seen.push({ ...head, body: body.length < 200 ? body.toString('latin1') : digest })
    seen.push({ trailers: req.trailers, rawTrailers: req.rawTrailers, complete: req.complete })
    await write(answer, req, res)
  }
  const express = EXPRESSES.find(({ name }) => name === around.express)?.express
  if (express === undefined) return listen
  const app: Express = express()
  app.set('trust proxy', around.trustProxy)
  app.set('query parser', around.queryParser)
  app.use((req, res, next) => {
    const answered = listen(req, res) as Promise<void>
    answered.catch((error: unknown) => {
      // oxlint-disable-next-line promise/no-callback-in-promise -- Express 4 looks at no promise
      next(error)
    })
  })
  return app
}

function lookAt(req: IncomingMessage, isExpress: boolean): Record<string, unknown> {
  const { method, url, httpVersion, headers, headersDistinct, rawHeaders, socket } = req
  const seen = { method, url, httpVersion, rawHeaders, headers, headersDistinct }
  const peer = { address: socket.remoteAddress, family: socket.remoteFamily }
  const shown = JSON.parse(hideTraceId(JSON.stringify({ ...seen, peer }))) as object
  if (!isExpress) return { ...shown }
  const { ip, ips, protocol, secure, hostname, subdomains, xhr, path, query, originalUrl } =
    req as ExpressRequest
  const claims = { ip, ips, protocol, secure, hostname, subdomains, xhr }
  return { ...shown, ...claims, path, query: { ...query }, originalUrl }
}

/** The load balancer makes a new one for each request. */
function hideTraceId(json: string): string {
  return json.replace(/Root=1-[\da-f]{8}-[\da-f]{24}/g, 'Root=')
}
