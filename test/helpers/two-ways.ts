import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createHandler, type AlbEvent, type HandlerOptions } from 'express-alb'
import { createLambdaContext } from 'express-alb/testing'
import { within } from './deadline.js'
import { sendToTarget, toWire } from './target.js'

/** How long one invocation in these tests may take. */
const INVOCATION_DEADLINE_MS = 5_000

const PEER = '10.0.0.1'

/** Reads off a request what a test compares. */
export type Look<T> = (req: IncomingMessage, res: ServerResponse) => T | Promise<T>

/** Puts a request through to the end of an app and answers it when `next` returns. */
export type MakeListener = (last: RequestListener) => RequestListener

export interface LookOptions {
  /** The app around the look; default: nothing, the look is the listener. */
  readonly around?: MakeListener
  readonly peerAddress?: string
  readonly handler?: HandlerOptions
}

/** What an app sees of the event's request through the adapter. The event reaches it as it is. */
export function lookThroughAdapter<T>(
  event: AlbEvent,
  look: Look<T>,
  { around = (last) => last, peerAddress = PEER, handler = {} }: LookOptions = {},
): Promise<T> {
  return capture(look, around, async (listener) => {
    const handle = createHandler(listener, { peerAddress, logger: false, ...handler })
    await within(INVOCATION_DEADLINE_MS, 'result', handle(event, createLambdaContext()))
  })
}

/** What the same app sees of the same request on a real `http.Server`. */
export function lookOnTarget<T>(
  event: AlbEvent,
  look: Look<T>,
  { around = (last) => last, peerAddress = PEER }: LookOptions = {},
): Promise<T> {
  return capture(look, around, async (listener) => {
    await sendToTarget(listener, toWire(event), { peerAddress })
  })
}

/** Both: what the app sees through the adapter, and what it would have seen on EC2. */
export async function lookBothWays<T>(
  event: AlbEvent,
  look: Look<T>,
  options?: LookOptions,
): Promise<{ adapter: T; target: T }> {
  return {
    adapter: await lookThroughAdapter(event, look, options),
    target: await lookOnTarget(event, look, options),
  }
}

async function capture<T>(
  look: Look<T>,
  around: MakeListener,
  exchange: (listener: RequestListener) => Promise<void>,
): Promise<T> {
  const seen: T[] = []
  const failures: unknown[] = []
  // Starts at once: what a listener sees in its synchronous part is part of the look.
  const run = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    try {
      seen.push(await look(req, res))
    } catch (error) {
      failures.push(error)
    }
    res.end()
  }
  const listener = around((req, res) => {
    void run(req, res)
  })
  await exchange(listener)
  if (failures.length > 0) throw failures[0]
  if (seen.length !== 1) throw new Error(`The app was called ${seen.length} times instead of once.`)
  return seen[0] as T
}
