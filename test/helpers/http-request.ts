import { Readable } from 'node:stream'
import { forward } from '../../packages/local-alb/src/forwarding/forward.js'
import type {
  Connection,
  HeaderList,
  HttpRequest,
  Refusal,
} from '../../packages/local-alb/src/message.js'
import { RefusedError } from '../../packages/local-alb/src/message.js'
import { type AlbOptions, resolveOptions } from '../../packages/local-alb/src/options.js'
import type { ForwardedRequest } from '../../packages/local-alb/src/targets/target.js'

export const ARN =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/hello/73e2d6bc24d8a067'

/** From 203.0.113.7 to port 80 of a load balancer. */
export const HTTP_80: Connection = {
  client: { address: '203.0.113.7', port: 51234 },
  local: { address: '10.0.0.1', port: 80 },
  protocol: 'http',
}

export const HTTPS_443: Connection = {
  ...HTTP_80,
  local: { address: '10.0.0.1', port: 443 },
  protocol: 'https',
  tls: { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
}

export type RequestParts = Partial<Omit<HttpRequest, 'body'>> & {
  readonly body?: Buffer | Readable
}

/** A request as the listener reads it: by default `GET / HTTP/1.1` with `Host: lb` on port 80. */
export function createHttpRequest({ body, ...parts }: RequestParts = {}): HttpRequest {
  return {
    connection: HTTP_80,
    method: 'GET',
    target: '/',
    version: '1.1',
    headers: [['Host', 'lb']],
    body: body instanceof Readable ? body : Readable.from(body === undefined ? [] : [body]),
    hasBody: body !== undefined,
    headBytes: 0,
    receivedAt: new Date('2026-11-22T12:00:00.500Z'),
    signal: new AbortController().signal,
    ...parts,
  }
}

/** The same after the load balancer has put in its own fields. */
export function createForwardedRequest(
  parts: RequestParts = {},
  options: AlbOptions = {},
): ForwardedRequest {
  return forward(createHttpRequest(parts), resolveOptions(options))
}

/** The values of a field, by its name in any case. */
export function valuesOf(headers: HeaderList, name: string): string[] {
  return headers.flatMap(([key, value]) => (key.toLowerCase() === name.toLowerCase() ? value : []))
}

/** How `run` is refused. Fails when it is not. */
export function refusalOf(run: () => unknown): Refusal {
  try {
    run()
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal
    throw error
  }
  throw new Error('Nothing was refused')
}
