import { type AlbHandler, createHandler } from 'express-alb'
import { expect } from 'vitest'
import {
  DIFFERENCES,
  type Difference,
  fromAlbResponse,
  fromPlainResponse,
  refusalOf,
  toPlainRequest,
} from '../../bench/fuzz/differences/index.mjs'
import type { Request, Response } from '../../bench/fuzz/message.mjs'
import { LoadBalancer } from '../../bench/fuzz/ways/load-balancer.mjs'
import { PlainServer } from '../../bench/fuzz/ways/plain-server.mjs'
import { collectLog } from './collected-log.js'
import { MODES, type Mode } from './modes.js'
import type { Listener } from './response-wire.js'

/** After which a function is out of time. */
const TIMEOUT_SECONDS = 3
/** How long to wait for an answer: longer than a function may take. */
const PATIENCE_MS = 4_000

/** What the adapter logs, by what becomes of the same answer on a plain server. */
const CODES_BY_END: Readonly<Record<Response['end'], readonly string[]>> = {
  complete: [],
  cut: ['disconnected'],
  none: ['disconnected'],
  silent: ['out-of-time'],
}

/** A plain server, and two load balancers: one for each mode. */
export class BothWays {
  readonly #settle: () => Promise<void>
  readonly #plain = new PlainServer()
  readonly #albs: Readonly<Record<Mode, LoadBalancer>> = {
    single: new LoadBalancer('single', TIMEOUT_SECONDS),
    multi: new LoadBalancer('multi', TIMEOUT_SECONDS),
  }

  /** @param settle awaited after each answer, while the connection is still open */
  constructor(settle: () => Promise<void> = () => Promise.resolve()) {
    this.#settle = settle
  }

  async start(): Promise<this> {
    await this.#plain.start()
    return this
  }

  /**
   * Expects the app to see the same request, and the client to get the same answer, whether a plain server or a load
   * balancer stands before it, up to what `differences` foretell.
   */
  async expectSame(
    makeListener: (seen: unknown[]) => Listener,
    request: Request,
    differences: readonly Difference[] = DIFFERENCES,
  ): Promise<void> {
    const { target } = request
    const patience = { patienceMs: PATIENCE_MS, settle: this.#settle }
    for (const mode of MODES) {
      const alb = this.#albs[mode]
      const situation = { mode, clientAddress: '127.0.0.1', listenerPort: alb.port, target }
      const seenByFunction: unknown[] = []
      const log = collectLog()
      const listener = makeListener(seenByFunction)
      const handler = createHandler((req, res) => listener(req, res), {
        peerAddress: '127.0.0.1',
        logger: log,
      })
      const answer = await alb.exchange(fromEventLoop(handler), request, patience)
      const refused = refusalOf(request, situation)
      if (refused !== undefined) {
        expect({ status: answer.status, seenByFunction }).toEqual({
          status: refused,
          seenByFunction: [],
        })
        continue
      }
      const seen: unknown[] = []
      const plainRequest = toPlainRequest(request, situation, differences)
      const plain = await this.#plain.exchange(makeListener(seen), plainRequest, patience)
      expect(seenByFunction, `what the app sees in ${mode}-value mode`).toEqual(seen)
      expect(
        shown(fromAlbResponse(answer, differences)),
        `what the client gets in ${mode}-value mode`,
      ).toEqual(shown(fromPlainResponse(plain, plainRequest, situation, differences)))
      expect(log.codes.filter((code) => code !== 'several-cookies')).toEqual(
        CODES_BY_END[plain.end],
      )
    }
  }

  async close(): Promise<void> {
    this.#plain.close()
    await Promise.all(Object.values(this.#albs).map((alb) => alb.close()))
  }
}

/** Node's server calls a listener from the event loop, where ticks go before promises. */
function fromEventLoop(handler: AlbHandler): AlbHandler {
  return (event, context) =>
    new Promise((resolve) => {
      setImmediate(() => {
        resolve(handler(event, context))
      })
    })
}

function shown({ body, ...rest }: Response): object {
  return { ...rest, body: body.toString('latin1') }
}
