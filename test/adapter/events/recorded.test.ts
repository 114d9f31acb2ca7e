import type { IncomingMessage } from 'node:http'
import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { createAlbEvent } from 'express-alb/testing'
import { EXPRESSES } from '../../helpers/modes.js'
import { HTTP2_EVENT, RECORDED_EVENTS } from '../../helpers/recorded-events.js'
import { lookBothWays } from '../../helpers/two-ways.js'

async function everythingOf(message: IncomingMessage): Promise<unknown> {
  const req = message as Request
  const { method, originalUrl, query, headers, rawHeaders, ip, ips, protocol, hostname } = req
  const pieces: Buffer[] = []
  for await (const piece of req) pieces.push(piece as Buffer)
  const body = Buffer.concat(pieces).toString('latin1')
  return {
    method,
    originalUrl,
    query: { ...query },
    headers,
    rawHeaders,
    ip,
    ips,
    protocol,
    hostname,
    body,
  }
}

const EVENTS = [
  ...RECORDED_EVENTS.map(({ name, event }) => ({ name, event })),
  { name: 'a browser over HTTP/2', event: HTTP2_EVENT },
]

describe.each(EXPRESSES)('$name', ({ express }) => {
  it.each(EVENTS)('sees of $name what it would see on a real server', async ({ event }) => {
    const { adapter, target } = await lookBothWays(event, everythingOf, {
      around: (last) => express().set('trust proxy', 1).use(last),
    })
    expect(adapter).toEqual(target)
  })
})

describe('createAlbEvent', () => {
  it.each(RECORDED_EVENTS)('makes the recorded event of $name', ({ request, event }) => {
    const made = createAlbEvent(request)
    const trace = (one: typeof event): unknown =>
      one.headers?.['x-amzn-trace-id'] ?? one.multiValueHeaders?.['x-amzn-trace-id']
    expect(typeof trace(made)).toBe(typeof trace(event))
    const withoutTrace = (one: typeof event): string =>
      JSON.stringify(one)
        .replace(/Root=1-[\da-f]{8}-[\da-f]{24}/, 'Root')
        .replace(/"arn:[^"]*"/, '"arn"')
    // As text: the order of names is part of the shape.
    expect(withoutTrace(made)).toBe(withoutTrace(event))
  })
})
