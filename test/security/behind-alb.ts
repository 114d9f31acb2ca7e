import type { RequestListener } from 'node:http'
import { createHandler, type HandlerOptions } from 'express-alb'
import { createAlb, type AlbOptions } from 'local-alb'
import { RawClient, type RawResponse } from '../helpers/raw-client.js'

/** An app in a function behind a load balancer, as an attacker on the network meets it. */
export interface Attacked extends AsyncDisposable {
  /** Sends the bytes as they are (Latin-1) on a connection of their own, and reads one answer. */
  send(bytes: string | Buffer): Promise<RawResponse>
  /** The same for one request, from its target and further lines of its head. */
  get(target: string, ...lines: readonly string[]): Promise<RawResponse>
}

export function behindAlb(
  app: RequestListener,
  handler: HandlerOptions = {},
  alb: AlbOptions = {},
): Attacked {
  const balancer = createAlb(createHandler(app, { logger: false, ...handler }), alb).listen(0)
  const send: Attacked['send'] = async (bytes) => {
    const client = await RawClient.connect(balancer.address()?.port ?? 0)
    try {
      client.write(bytes)
      return await client.read(String(bytes).split(' ', 1)[0])
    } finally {
      client.close()
    }
  }
  return {
    send,
    get: (target, ...lines) =>
      send([`GET ${target} HTTP/1.1`, 'Host: shop.example', ...lines, '', ''].join('\r\n')),
    [Symbol.asyncDispose]: () => balancer[Symbol.asyncDispose](),
  }
}

/** The body of an answer, as JSON. */
export function jsonOf({ body }: RawResponse): unknown {
  return JSON.parse(body.toString())
}
