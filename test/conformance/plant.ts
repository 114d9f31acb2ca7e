import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createHandler, type AlbEvent, type AlbResult } from 'express-alb'
import type { Create } from '../../bench/conformance/observe.mjs'

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** An event that may be written on. */
export type Event = Writable<AlbEvent>

/** What a wrong adapter does to the event, to the pair before the app, and to the result. */
export interface Fault {
  readonly event?: (event: Event) => void
  readonly pair?: (req: IncomingMessage, res: ServerResponse) => void
  readonly result?: (result: AlbResult) => void
}

/** Our adapter with a fault planted in it. */
export function plant(fault: Fault): Create {
  return (listener) => {
    const faulty: RequestListener = (req, res) => {
      fault.pair?.(req, res)
      return listener(req, res)
    }
    const handler = createHandler(fault.pair ? faulty : listener, { logger: false })
    return async (event: AlbEvent, context: undefined) => {
      const given = fault.event ? structuredClone(event) : event
      fault.event?.(given)
      const result = await handler(given, context)
      fault.result?.(result)
      return result
    }
  }
}

/** Changes the values of the query map that counts. */
export function changeQuery(event: Event, change: (value: string) => string): void {
  for (const field of ['queryStringParameters', 'multiValueQueryStringParameters'] as const) {
    const map = event[field]
    if (!map) continue
    event[field] = Object.fromEntries(
      Object.entries(map).map(([name, held]) => [name, [held ?? []].flat().map(change)]),
    )
  }
}

/** Changes the header values of a result; to what no ALB takes, if need be. */
export function changeFields(result: AlbResult, change: (value: string) => unknown): void {
  const { headers = {}, multiValueHeaders = {} } = result
  for (const name in headers) headers[name] = change(headers[name] ?? '') as string
  for (const name in multiValueHeaders) {
    multiValueHeaders[name] = (multiValueHeaders[name] ?? []).map(change) as string[]
  }
}

/** Adds a header field to a result. */
export function addField({ headers, multiValueHeaders }: AlbResult, name: string): void {
  if (headers) headers[name] = 'keep-alive'
  if (multiValueHeaders) multiValueHeaders[name] = ['keep-alive']
}
