import { request as httpRequest } from 'node:http'
import type { AskedRequest } from './records.js'

/** As the load balancer forwards what came to its HTTPS listener. */
const FORWARDED: readonly (readonly [string, string])[] = [
  ['host', 'doctor.example'],
  ['x-forwarded-for', '203.0.113.7'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-port', '443'],
  ['x-amzn-trace-id', 'Root=1-00000000-000000000000000000000000'],
  ['accept', 'text/html,application/json;q=0.9,*/*;q=0.8'],
  ['accept-encoding', 'gzip, deflate, br'],
  ['user-agent', 'local-alb-doctor'],
]

/** Never longer than this for an app that sends and sends. */
const MAX_BYTES = 64 * 1_048_576

/** How a request ended: with a status, without an end in time, or with an error. */
export type Ending =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'open'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * Sends a request and waits for the end of its response. Never rejects.
 *
 * @param beforeLeaving called when the response has no end in time, while the connection is still there
 */
export function ask(
  { method, target, headers, body }: AskedRequest,
  port: number,
  patienceMs: number,
  beforeLeaving: () => void,
): Promise<Ending> {
  return new Promise((resolve) => {
    let bytes = 0
    const named = new Set(headers.map(([name]) => name.toLowerCase()))
    const fields = [...FORWARDED.filter(([name]) => !named.has(name)), ...headers]
    const bodyBytes = body === undefined ? undefined : Buffer.from(body, 'base64')
    const req = httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path: target,
      agent: false,
      setHost: false,
      headers: [
        ...fields,
        ...(bodyBytes === undefined ? [] : [['content-length', String(bodyBytes.length)] as const]),
      ].flat(),
    })
    const settle = (ending: Ending): void => {
      clearTimeout(timer)
      if (ending.kind === 'open') beforeLeaving()
      req.destroy()
      resolve(ending)
    }
    const timer = setTimeout(() => {
      settle({ kind: 'open', bytes })
    }, patienceMs)
    req.on('error', (error) => {
      settle({ kind: 'failed', message: error.message })
    })
    req.on('response', (res) => {
      res.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) settle({ kind: 'open', bytes })
      })
      res.on('error', (error) => {
        settle({ kind: 'failed', message: error.message })
      })
      res.on('end', () => {
        settle({ kind: 'answered', status: res.statusCode ?? 0 })
      })
    })
    req.end(bodyBytes)
  })
}
