import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createHandler, type HandlerOptions } from 'express-alb'
import { createAlbEvent, invoke } from 'express-alb/testing'
import { expect } from 'vitest'
import { collectLog } from './collected-log.js'
import { within } from './deadline.js'
import { MODES, type Mode } from './modes.js'
import {
  EXCHANGE_DEADLINE_MS,
  onRealServer,
  type Listener,
  type WireRequest,
} from './response-wire.js'

/** What happened, in order; each line with the state of request and response at that moment. */
export type Trace = string[]

export type Note = (what: string) => void

/** An app that notes what it sees. */
export type Scenario = (req: IncomingMessage, res: ServerResponse, note: Note) => unknown

export interface TraceOptions {
  /** Events of the request to note. Mind that listening to `data` or `end` touches the request. */
  readonly ofRequest?: readonly string[]
  readonly ofResponse?: readonly string[]
  readonly ofSocket?: readonly string[]
  /** What stands around the scenario, for example Express. */
  readonly wrap?: (listener: Listener) => Listener
  /** Whose state stands beside each event. Default: `'both'`. */
  readonly states?: 'both' | 'response' | 'none'
  readonly request?: WireRequest
  readonly handler?: HandlerOptions
}

export const RESPONSE_EVENTS: readonly string[] = [
  'prefinish',
  'finish',
  'close',
  'error',
  'drain',
  'timeout',
]
export const REQUEST_EVENTS: readonly string[] = ['end', 'close', 'aborted', 'error', 'timeout']

/** The trace of a scenario on a real server. */
export function traceOnServer(scenario: Scenario, options: TraceOptions): Promise<Trace> {
  return record(scenario, options, async (listener, settle) => {
    await onRealServer(listener, options.request ?? {}, settle)
  })
}

/** The trace of a scenario through the adapter, and the status of the answer. */
export async function traceThroughAdapter(
  scenario: Scenario,
  options: TraceOptions,
  mode: Mode,
): Promise<{ trace: Trace; status: number; codes: readonly string[] }> {
  let status = 0
  const log = collectLog()
  const trace = await record(scenario, options, async (listener, settle) => {
    const handler = createHandler((req, res) => listener(req, res), {
      logger: log,
      ...options.handler,
    })
    const answer = invoke(handler, createAlbEvent({ ...options.request, mode }))
    status = (await within(EXCHANGE_DEADLINE_MS, 'answer of the handler', answer)).status
    await settle()
  })
  return { trace, status, codes: log.codes }
}

/** Expects the same trace through the adapter, in both modes, as on a real server; gives the trace. */
export async function expectSameTrace(
  scenario: Scenario,
  options: TraceOptions = {},
): Promise<Trace> {
  const expected = await traceOnServer(scenario, options)
  for (const mode of MODES) {
    const { trace } = await traceThroughAdapter(scenario, options, mode)
    expect(trace, `${mode}-value mode`).toEqual(expected)
  }
  return expected
}

async function record(
  scenario: Scenario,
  options: TraceOptions,
  exchange: (listener: Listener, settle: () => Promise<void>) => Promise<void>,
): Promise<Trace> {
  const {
    ofRequest = [],
    ofResponse = RESPONSE_EVENTS,
    ofSocket = [],
    wrap = (listener) => listener,
    states = 'both',
  } = options
  const trace: Trace = []
  let closed = false
  const listener = wrap((req, res) => {
    const { socket } = req
    const note: Note = (what) => {
      // What closing the connection brings on a real server when all is over is not part of it.
      if (!closed) trace.push([what, ...statesOf(req, res, states)].join(' | '))
    }
    const noteAll = (
      from: { on(event: string, heard: (value?: unknown) => void): unknown },
      name: string,
      events: readonly string[],
    ): void => {
      for (const event of events) {
        from.on(event, (value) => {
          note(`${name} ${event}${event === 'error' ? ` ${codeOf(value)}` : ''}`)
        })
      }
    }
    noteAll(req, 'req', ofRequest)
    noteAll(res, 'res', ofResponse)
    noteAll(socket, 'socket', ofSocket)
    return scenario(req, res, note)
  })
  await exchange(listener, () => quiet(trace))
  closed = true
  return trace
}

export function codeOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return String(code ?? message ?? error)
}

const QUIET_ROUNDS = 2

/** Waits until nothing more happens. */
async function quiet(trace: Trace): Promise<void> {
  let length = -1
  for (let rounds = 0; rounds < QUIET_ROUNDS; rounds++) {
    if (trace.length !== length) rounds = 0
    length = trace.length
    await delay(1)
    await new Promise(setImmediate)
  }
}

function statesOf(
  req: IncomingMessage,
  res: ServerResponse,
  states: NonNullable<TraceOptions['states']>,
): string[] {
  if (states === 'none') return []
  const ofResponse = `res: ${namesOf([
    ['headersSent', res.headersSent],
    ['ended', res.writableEnded],
    ['destroyed', res.destroyed],
    ['closed', res.closed],
    ['no socket', res.socket === null],
  ])}`
  if (states === 'response') return [ofResponse]
  const ofRequest = `req: ${namesOf([
    ['complete', req.complete],
    ['ended', req.readableEnded],
    ['aborted', req.readableAborted],
    ['destroyed', req.destroyed],
    ['closed', req.closed],
  ])}`
  return [ofResponse, ofRequest]
}

function namesOf(flags: readonly (readonly [name: string, holds: boolean])[]): string {
  return (
    flags
      .filter(([, holds]) => holds)
      .map(([name]) => name)
      .join(', ') || '-'
  )
}

/** A trace without the states. */
export function eventsIn(trace: Trace): string[] {
  return trace.map((line) => line.split(' | ')[0] ?? line)
}
