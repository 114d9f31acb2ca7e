import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import type { Inspected } from '../../../packages/local-alb/src/inspector/inspector.js'
import type { Exchange } from '../../../packages/local-alb/src/exchange.js'
import type { HeaderList, HttpRequest } from '../../../packages/local-alb/src/message.js'

/** What a test wants to say about a request; the rest is ordinary. */
export interface RequestParts {
  readonly method?: string
  readonly target?: string
  readonly version?: HttpRequest['version']
  readonly headers?: HeaderList
  readonly authority?: string
  readonly protocol?: 'http' | 'https'
  readonly body?: Buffer
  readonly receivedAt?: Date
  readonly local?: HttpRequest['connection']['local']
}

/** A request as the listener would hand it on, its body already read. */
export function makeRequest(parts: RequestParts = {}): HttpRequest {
  const { body, protocol = 'http', local = { address: '127.0.0.1', port: 8080 } } = parts
  return {
    connection: { client: { address: '127.0.0.1', port: 53_211 }, local, protocol },
    method: parts.method ?? 'GET',
    target: parts.target ?? '/',
    version: parts.version ?? '1.1',
    headers: parts.headers ?? [
      ['Host', 'localhost:8080'],
      ['User-Agent', 'curl/8.9.1'],
      ['Accept', '*/*'],
    ],
    ...(parts.authority !== undefined && { authority: parts.authority }),
    body: Readable.from([]),
    hasBody: body !== undefined,
    headBytes: 80,
    receivedAt: parts.receivedAt ?? new Date('2026-11-22T14:02:11.042Z'),
    signal: new AbortController().signal,
  }
}

/** What a test wants to say about an exchange. */
export type ExchangeParts = Partial<Omit<Exchange, 'request'>> & { readonly request?: RequestParts }

/**
 * As much of a load balancer as the inspector asks for, with exchanges made by the test. The real one is in
 * `with-load-balancer.test.ts`.
 */
export class FakeAlb extends EventEmitter implements Inspected {
  readonly replayed: { readonly exchange: Exchange; readonly mode: string | undefined }[] = []
  #count = 0

  /** A request has come. */
  start({ request, ...parts }: ExchangeParts = {}): Exchange {
    this.#count += 1
    const exchange: Exchange = {
      id: this.#count,
      startedAt: 1000,
      ...(request?.body && { requestBody: request.body }),
      ...parts,
      request: makeRequest(request),
    }
    this.emit('exchange', exchange)
    return exchange
  }

  /** It is over. */
  end(exchange: Exchange, parts: Partial<Exchange> = {}): Exchange {
    Object.assign(exchange, { endedAt: exchange.startedAt + 12.3 }, parts)
    this.emit('exchange', exchange)
    return exchange
  }

  /** A request has come and a function has answered it. */
  exchange({ request, ...parts }: ExchangeParts = {}): Exchange {
    return this.end(this.start(request === undefined ? {} : { request }), {
      ...answeredByFunction(request),
      ...parts,
    })
  }

  async replay(exchange: Exchange, options: { mode?: 'single' | 'multi' } = {}): Promise<Exchange> {
    this.replayed.push({ exchange, mode: options.mode })
    const { method, target, headers } = exchange.request
    await Promise.resolve()
    return this.exchange({
      request: { method, target, headers },
      ...(options.mode && { mode: options.mode }),
    })
  }
}

/** What a function, its target and the load balancer leave behind when all goes well. */
export function answeredByFunction(request: RequestParts = {}): Partial<Exchange> {
  const { method = 'GET', target = '/' } = request
  return {
    rule: 'default',
    action: 'forward',
    targetGroup: {
      name: 'hello',
      arn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/hello/0123456789abcdef',
    },
    target: 'dist/lambda.mjs',
    mode: 'single',
    event: JSON.stringify({
      requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:…' } },
      httpMethod: method,
      path: target,
      queryStringParameters: {},
      headers: { host: 'localhost:8080', 'user-agent': 'curl/8.9.1' },
      body: '',
      isBase64Encoded: false,
    }),
    result: JSON.stringify({ statusCode: 200, body: '{"hello":"world"}' }),
    invocation: {
      requestId: '7d0a3c1e-3b1f-4b7e-9a51-2a8a5f0f6f11',
      environment: 'env-1',
      coldStart: false,
      durationMs: 8.4,
      logs: [],
    },
    targetStatus: 200,
    sentAt: 1001.2,
    answeredAt: 1010.1,
    sentBytes: 212,
    response: {
      status: 200,
      reason: 'OK',
      headers: [
        ['Server', 'awselb/2.0'],
        ['Content-Type', 'application/json'],
      ],
      body: Buffer.from('{"hello":"world"}'),
    },
  }
}
