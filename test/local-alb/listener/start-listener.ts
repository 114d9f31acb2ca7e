import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import {
  closeAllConnections,
  createListener,
} from '../../../packages/local-alb/src/listener/listener.js'
import type {
  ListenerOptions,
  ListenerSettings,
  Outcome,
  RequestHandler,
} from '../../../packages/local-alb/src/listener/listener.js'
import type { HttpRequest, HttpResponse } from '../../../packages/local-alb/src/message.js'
import { RefusedError } from '../../../packages/local-alb/src/message.js'
import { within } from '../../helpers/deadline.js'

export const SETTINGS: ListenerSettings = {
  desyncMitigationMode: 'defensive',
  dropInvalidHeaderFields: false,
  idleTimeoutSeconds: 60,
  longHeaderStatus: 400,
}

export interface Running {
  readonly port: number
  readonly server: ReturnType<typeof createListener>
  /** All that reached the handler, in order. */
  readonly requests: HttpRequest[]
  readonly outcomes: (Outcome & { readonly request: HttpRequest })[]
  /** Waits until so many requests have come. */
  readonly requestCount: (count: number) => Promise<HttpRequest>
  /** Waits until so many requests are over. */
  readonly outcomeCount: (count: number) => Promise<Outcome>
}

export interface StartOptions extends Partial<ListenerSettings> {
  readonly tls?: NonNullable<ListenerOptions['tls']>
}

/** A listener on a free port, ended with the test. */
export async function startListener(
  handler: RequestHandler = answerOrRefuse,
  { tls, ...settings }: StartOptions = {},
): Promise<Running> {
  const requests: HttpRequest[] = []
  const outcomes: Running['outcomes'] = []
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const check of waiting) check()
  }
  const waitFor = async <T>(what: string, list: readonly T[], count: number): Promise<T> => {
    await within(
      8000,
      `${what} ${count} (there are ${list.length})`,
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (list.length < count) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    )
    return list[count - 1] as T
  }
  const server = createListener(
    (request) => {
      requests.push(request)
      changed()
      return handler(request)
    },
    {
      settings: { ...SETTINGS, ...settings },
      ...(tls && { tls }),
      onDone: (request, outcome) => {
        outcomes.push({ ...outcome, request })
        changed()
      },
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    closeAllConnections(server)
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    server,
    requests,
    outcomes,
    requestCount: (count) => waitFor('request', requests, count),
    outcomeCount: (count) => waitFor('outcome', outcomes, count),
  }
}

export function answer(
  status: number,
  body: HttpResponse['body'],
  rest: Partial<HttpResponse> = {},
): HttpResponse {
  return { status, reason: 'Any', headers: [], body, ...rest }
}

/** As a load balancer does: refusals become errors, also those that come up while the body is read. */
export async function answerOrRefuse(request: HttpRequest): Promise<HttpResponse> {
  try {
    if (request.refusal !== undefined) throw new RefusedError(request.refusal)
    const body = await text(request.body)
    return answer(200, Buffer.from(`${request.method} ${request.target} ${body}`))
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const { status, explanation, close = false } = error.refusal
    return answer(status, Buffer.from(explanation), { close })
  }
}

/** Something to wait for until the test lets it go on. */
export class Gate {
  open: () => void = () => {}
  readonly passed = new Promise<void>((resolve) => {
    this.open = resolve
  })
}
