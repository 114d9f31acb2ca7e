import { Readable } from 'node:stream'
import type { Exchange } from './exchange.js'
import { forward } from './forwarding/forward.js'
import {
  fieldValues,
  type HttpRequest,
  type HttpResponse,
  type Refusal,
  RefusedError,
} from './message.js'
import type { Settings } from './options.js'
import { toErrorPage } from './result/error-page.js'
import type { ForwardAction, LoadBalancerDefinition, Rule } from './rules/definition.js'
import { toFixedResponse } from './rules/fixed-response.js'
import { chooseTargetGroup } from './rules/forward.js'
import { toRedirect } from './rules/redirect.js'
import { selectRule } from './rules/select.js'
import { transform } from './rules/transforms.js'
import type { ForwardedRequest } from './targets/target.js'
import { TargetGroup, type TargetState } from './targets/target-group.js'

export interface ReplayOptions {
  /** The form of the event; by default as the target group says. */
  readonly mode?: 'single' | 'multi'
}

/** What it tells while it works. */
export interface LoadBalancerEvents {
  readonly exchange: (exchange: Exchange) => void
  readonly health: (targetGroup: string, state: TargetState) => void
  /** Asked for the number of each exchange. */
  readonly nextId: () => number
}

/** From one request to one response: rules, target group, target, or an error page. It knows no sockets. */
export class LoadBalancer {
  readonly #rules: readonly Rule[]
  readonly #groups: ReadonlyMap<string, TargetGroup>
  readonly #settings: Settings
  readonly #on: LoadBalancerEvents
  readonly #exchanges = new WeakMap<HttpRequest, Exchange>()

  constructor(definition: LoadBalancerDefinition, settings: Settings, on: LoadBalancerEvents) {
    this.#rules = definition.rules
    this.#groups = new Map(
      definition.targetGroups.map((group) => {
        const onHealth = (state: TargetState): void => on.health(group.name, state)
        return [group.arn, new TargetGroup(group, settings, onHealth)]
      }),
    )
    this.#settings = settings
    this.#on = on
  }

  get targetGroups(): readonly TargetGroup[] {
    return [...this.#groups.values()]
  }

  /** Starts the health checks. */
  start(): void {
    for (const group of this.#groups.values()) group.start()
  }

  /** Never rejects: whatever goes wrong is an answer. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    return this.#answer(this.#begin(request))
  }

  /** All of the answer is sent, or the client has gone. */
  finish(request: HttpRequest, outcome: { sentBytes: number; abandoned: boolean }): void {
    const exchange = this.#exchanges.get(request)
    if (exchange === undefined) return
    exchange.sentBytes = outcome.sentBytes
    if (outcome.abandoned) exchange.abandoned = true
    exchange.endedAt = performance.now()
    this.#on.exchange(exchange)
  }

  async replay({ request, requestBody }: Exchange, { mode }: ReplayOptions): Promise<Exchange> {
    if (request.hasBody && requestBody === undefined) {
      throw new Error(`The body of ${request.method} ${request.target} was not kept; send it anew`)
    }
    // The connection is somebody else's by now.
    const { upgrade: _upgrade, ...rest } = request
    const again: HttpRequest = {
      ...rest,
      body: Readable.from(requestBody === undefined ? [] : [requestBody]),
      receivedAt: new Date(),
      signal: new AbortController().signal,
    }
    const exchange = this.#begin(again)
    const response = await this.#answer(exchange, mode)
    const sentBytes = await drain(response)
    this.finish(again, { sentBytes, abandoned: false })
    return exchange
  }

  async close(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.close()))
  }

  #begin(request: HttpRequest): Exchange {
    const exchange: Exchange = { id: this.#on.nextId(), request, startedAt: performance.now() }
    this.#exchanges.set(request, exchange)
    this.#on.exchange(exchange)
    return exchange
  }

  async #answer(exchange: Exchange, mode?: 'single' | 'multi'): Promise<HttpResponse> {
    try {
      const response = await this.#route(exchange, mode)
      exchange.response = response
      return response
    } catch (error) {
      exchange.refusal = error instanceof RefusedError ? error.refusal : ownFault(error)
      const page = toErrorPage(exchange.refusal, this.#settings)
      exchange.response = page
      return page
    }
  }

  async #route(exchange: Exchange, mode?: 'single' | 'multi'): Promise<HttpResponse> {
    const { request } = exchange
    if (request.refusal !== undefined) throw new RefusedError(request.refusal)
    const arrived = forward(request, this.#settings)
    exchange.forwarded = arrived
    const { action, priority, transforms } = selectRule(this.#rules, arrived)
    exchange.rule = String(priority)
    exchange.action = action.type
    const rewritten = transform(arrived, transforms)
    if (rewritten !== arrived) {
      exchange.forwarded = rewritten
      exchange.transformed = toTransformed(arrived, rewritten)
    }
    if (action.type === 'redirect') return toRedirect(action, rewritten, this.#settings)
    if (action.type === 'fixed-response') return toFixedResponse(action, this.#settings)
    return this.#forward(action, exchange, rewritten, mode)
  }

  async #forward(
    action: ForwardAction,
    exchange: Exchange,
    request: ForwardedRequest,
    mode?: 'single' | 'multi',
  ): Promise<HttpResponse> {
    const { arn, cookies } = chooseTargetGroup(action, request, Math.random)
    const group = this.#groups.get(arn)
    if (group === undefined) throw new Error(`No target group ${arn}`)
    exchange.targetGroup = group
    const target = group.pick(mode)
    exchange.target = target.label
    const response = await target.send(request, exchange)
    if (cookies.length === 0) return response
    return { ...response, headers: [...response.headers, ...cookies] }
  }
}

/** What a rule's transforms changed. */
function toTransformed(
  before: ForwardedRequest,
  after: ForwardedRequest,
): NonNullable<Exchange['transformed']> {
  const [host] = fieldValues(after.headers, 'host')
  const uri = after.query === undefined ? after.path : `${after.path}?${after.query}`
  return {
    ...(host !== undefined && host !== fieldValues(before.headers, 'host')[0] && { host }),
    ...((after.path !== before.path || after.query !== before.query) && { uri }),
  }
}

/** Reads an answer that nobody waits for. */
async function drain({ body }: HttpResponse): Promise<number> {
  if (body === undefined || Buffer.isBuffer(body)) return body?.length ?? 0
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length
  return bytes
}

/** Not the target's fault and not the client's: say so, so that nobody looks for it there. */
function ownFault(error: unknown): Refusal {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { status: 500, explanation: `local-alb itself failed; please report this: ${text}` }
}
