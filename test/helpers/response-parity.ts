import { createHash } from 'node:crypto'
import { createHandler, type AlbResult, type HandlerOptions } from 'express-alb'
import { createAlbEvent, invoke, type ClientResponse } from 'express-alb/testing'
import { expect } from 'vitest'
import { CODES, collectLog, type CollectedLog } from './collected-log.js'
import { within } from './deadline.js'
import { MODES, type Mode } from './modes.js'
import {
  EXCHANGE_DEADLINE_MS,
  onRealServer,
  type Listener,
  type WireRequest,
  type WireResponse,
} from './response-wire.js'

/** What a test compares of a response, whichever way it came. */
export interface Seen {
  readonly status: number
  readonly reason: string
  /** By lower-case name, one character for each byte; repeated lines joined, except `set-cookie`. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** The names as the app spelled them. */
  readonly names: readonly string[]
  /** Short bodies as Latin-1 text, long ones as length and digest: readable when a test fails. */
  readonly body: string
}

export interface ThroughAdapter extends Omit<ClientResponse, 'text' | 'json'> {
  readonly text: () => string
  readonly json: () => unknown
  readonly result: AlbResult
  readonly log: CollectedLog
}

/** The response of `listener` through a handler of its own. Fails when the ALB would refuse the result. */
export async function throughAdapter(
  listener: Listener,
  request: WireRequest = {},
  mode: Mode = 'single',
  options: HandlerOptions = {},
): Promise<ThroughAdapter> {
  const log = collectLog()
  // The listener declares its parameters, whatever the app's function declares.
  const handler = createHandler((req, res) => listener(req, res), { logger: log, ...options })
  const answer = invoke(handler, createAlbEvent({ ...request, mode }))
  const response = await within(EXCHANGE_DEADLINE_MS, 'answer of the handler', answer)
  expect(response.refusal, 'what a load balancer refuses about the result').toBe(undefined)
  return { ...response, result: response.result as AlbResult, log }
}

/** The response of `listener` on a real server. */
export async function onServer(
  listener: Listener,
  request: WireRequest = {},
): Promise<WireResponse> {
  const response = await onRealServer(listener, request)
  if (response === undefined) throw new Error('The real server closed without a response.')
  return response
}

/**
 * Runs `listener` on a real `http.Server` and through the adapter in both modes, and expects the same
 * response each time: status, reason, header fields (without those of one connection), body bytes. Gives
 * that response, for what a test wants to know beside. The adapter must have nothing to complain about
 * but, in single-value mode, several cookies.
 */
export async function expectSame(
  makeListener: () => Listener,
  request: WireRequest = {},
  options: HandlerOptions = {},
): Promise<Seen> {
  const expected = fromWire(await onServer(makeListener(), request), request)
  for (const mode of MODES) {
    const response = await throughAdapter(makeListener(), request, mode, options)
    expect(fromResult(response, request), `${mode}-value mode`).toEqual(expected)
    expect(response.log.codes.filter((code) => code !== CODES.severalCookies)).toEqual([])
  }
  return expected
}

/** {@link expectSame} for a listener that keeps nothing between its calls. */
export function expectSameOf(listener: Listener, request?: WireRequest): Promise<Seen> {
  return expectSame(() => listener, request)
}

// Of one connection (RFC 9110, section 7.6.1), so no load balancer passes them on.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function fromWire(response: WireResponse, request: WireRequest): Seen {
  const { status, reason, fields, body } = response
  return seen(status, reason, fields, body, request)
}

export function fromResult(
  { status, statusText, result, body }: ThroughAdapter,
  request: WireRequest,
): Seen {
  const fields = linesOf(result).map(([name, value]): [string, string] => [
    // Spelled in several ways where single-value mode carries several cookies.
    name.toLowerCase() === 'set-cookie' ? 'set-cookie' : name,
    // A load balancer writes text as its UTF-8 bytes.
    Buffer.from(value).toString('latin1'),
  ])
  const length = fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  if (length !== undefined && !isBodyless(status, request)) {
    expect(length, 'content-length in the result').toBe(String(body.length))
  }
  return seen(status, statusText, fields, body, request)
}

/** The header lines of a result, whichever its form. */
export function linesOf(result: AlbResult): [name: string, value: string][] {
  const map: Readonly<Record<string, string | string[]>> =
    result.headers ?? result.multiValueHeaders ?? {}
  return Object.entries(map).flatMap(([name, held]) =>
    [held].flat().map((value): [string, string] => [name, value]),
  )
}

function isBodyless(status: number, { method }: WireRequest): boolean {
  return method === 'HEAD' || status === 304
}

function seen(
  status: number,
  reason: string,
  fields: WireResponse['fields'],
  body: Buffer,
  request: WireRequest,
): Seen {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string>
  const names = new Set<string>()
  for (const [given, value] of fields) {
    const name = given.toLowerCase()
    // A load balancer adds the date where there is none.
    if (HOP_BY_HOP.has(name) || name === 'date') continue
    // The load balancer counts the body anew; where there is none, the length is the app's word.
    if (name === 'content-length' && !isBodyless(status, request)) continue
    names.add(name === 'set-cookie' ? name : given)
    const held = headers[name]
    if (name === 'set-cookie') headers[name] = [...((held as string[] | undefined) ?? []), value]
    else headers[name] = held === undefined ? value : `${String(held)}, ${value}`
  }
  return { status, reason, headers, names: [...names].toSorted(), body: shown(body) }
}

const SHOWN_BYTES = 2_000

function shown(body: Buffer): string {
  if (body.length <= SHOWN_BYTES) return body.toString('latin1')
  return `${body.length} bytes, sha256 ${createHash('sha256').update(body).digest('hex')}`
}
