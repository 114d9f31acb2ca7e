import { ServerResponse } from 'node:http'
import { ownSite, type Site } from './call-site.js'
import { observe } from './on-call.js'
import type { ProbeSettings, Report } from './report.js'
import { fitOf, RESULT_LIMIT, toMegabytes } from './result-size.js'
import { lookAtSession } from './sessions.js'
import { routeSite, servedRequest, type ServedRequest } from './served-request.js'

/** Beyond this nothing is kept to be measured. */
const KEPT_LIMIT = 16 * RESULT_LIMIT
/** What is known of a response so far. */
interface Seen {
  readonly chunks: Buffer[]
  bytes: number
  /** Where the limit was passed. */
  site?: Site | undefined
  cookieSite?: Site | undefined
}

const seen = new WeakMap<ServerResponse, Seen>()

/** Looks at what the app writes: event streams, several cookies, more than a function's result can hold. */
export function probeResponses({ report }: ProbeSettings): void {
  const { prototype } = ServerResponse
  observe(prototype, 'setHeader', ([name, value], self) => {
    lookAtHeader(of(self), String(name), value, report)
  })
  observe(prototype, 'appendHeader', ([name], self) => {
    if (String(name).toLowerCase() === 'set-cookie') keepCookieSite(of(self))
  })
  observe(prototype, 'writeHead', (args, self) => {
    const served = of(self)
    const fields = toFields(args.find((arg) => typeof arg === 'object' && arg !== null))
    for (const [name, value] of fields) lookAtHeader(served, name, value, report)
    if (served !== undefined) lookAtCookies(served, fields, report)
  })
  observe(prototype, 'write', ([chunk, encoding], self) => {
    keep(of(self), chunk, encoding)
  })
  observe(prototype, 'end', ([chunk, encoding], self) => {
    const served = of(self)
    if (served === undefined || served.res.writableEnded) return
    keep(served, chunk, encoding)
    lookAtSize(served, report)
    lookAtSession(served, report)
    // Past the call itself, which sends what is left.
    queueMicrotask(() => {
      served.end()
    })
  })
}

/** Only of requests that the app serves, not of a tool's servers. */
function of(self: unknown): ServedRequest | undefined {
  const served = servedRequest.getStore()
  return served?.res === self ? served : byResponse.get(self as ServerResponse)
}

const byResponse = new WeakMap<ServerResponse, ServedRequest>()

/** Makes a request known by its response: streams write in contexts of their own. */
export function knowResponse(served: ServedRequest): void {
  byResponse.set(served.res, served)
}

function seenOf(res: ServerResponse): Seen {
  const found = seen.get(res) ?? { chunks: [], bytes: 0 }
  seen.set(res, found)
  return found
}

function lookAtHeader(
  served: ServedRequest | undefined,
  name: string,
  value: unknown,
  report: Report,
): void {
  if (served === undefined) return
  if (/^content-type$/i.test(name) && /^\s*text\/event-stream/i.test(String(value))) {
    served.isEventStream = true
    const what = `${served.label} answers with text/event-stream`
    report({ kind: 'event-stream', what, ...(ownSite() ?? routeSite(served)) })
  }
  if (/^set-cookie$/i.test(name) && Array.isArray(value) && value.length > 1) keepCookieSite(served)
}

function keepCookieSite(served: ServedRequest | undefined): void {
  if (served !== undefined) seenOf(served.res).cookieSite = ownSite()
}

function lookAtCookies(
  served: ServedRequest,
  fields: readonly (readonly [string, unknown])[],
  report: Report,
): void {
  const set = [served.res.getHeader('set-cookie') ?? []].flat().length
  const written = fields
    .filter(([name]) => name.toLowerCase() === 'set-cookie')
    .flatMap(([, value]) => value).length
  // What writeHead is given takes the place of what was set before, unless it is a list.
  const count = written > 0 ? Math.max(written, 0) : set
  if (count < 2) return
  const what = `${served.label} sets ${count} cookies`
  const site = seenOf(served.res).cookieSite ?? ownSite() ?? routeSite(served)
  report({ kind: 'several-cookies', what, ...site })
}

function toFields(headers: unknown): (readonly [string, unknown])[] {
  if (headers === undefined) return []
  if (!Array.isArray(headers)) return Object.entries(headers as object)
  const list = headers as readonly unknown[]
  if (Array.isArray(list[0])) return list as (readonly [string, unknown])[]
  return list.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), list[index + 1]] as const] : [],
  )
}

function keep(served: ServedRequest | undefined, chunk: unknown, encoding: unknown): void {
  if (served === undefined || served.res.req.method === 'HEAD') return
  const bytes = toBytes(chunk, encoding)
  if (bytes === undefined) return
  const found = seenOf(served.res)
  found.bytes += bytes.length
  if (found.bytes <= KEPT_LIMIT) found.chunks.push(bytes)
  // Base64 makes four bytes of three.
  if (found.bytes > RESULT_LIMIT * 0.7) found.site ??= ownSite()
}

function toBytes(chunk: unknown, encoding: unknown): Buffer | undefined {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk)
  if (typeof chunk !== 'string') return undefined
  return Buffer.from(
    chunk,
    Buffer.isEncoding(String(encoding)) ? (encoding as BufferEncoding) : 'utf8',
  )
}

function lookAtSize(served: ServedRequest, report: Report): void {
  const { res } = served
  const found = seenOf(res)
  const { bytes, site = routeSite(served) } = found
  const chunks = found.chunks.splice(0)
  if (bytes <= RESULT_LIMIT * 0.7) return
  const what = `${served.label} answers with ${toMegabytes(bytes)}`
  if (bytes > KEPT_LIMIT) {
    report({ kind: 'large-response', what, ...site })
    return
  }
  const headerBytes = Buffer.byteLength(JSON.stringify(res.getHeaders()))
  const isEncoded = res.getHeader('content-encoding') !== undefined
  const fit = fitOf(Buffer.concat(chunks), isEncoded, headerBytes)
  if (fit === 'never') report({ kind: 'large-response', what, ...site })
  if (fit !== 'compressed') return
  const only = 'it fits only where the client takes it compressed (express-alb then compresses it)'
  report({ kind: 'large-response', what: `${what}; ${only}`, severity: 'check', ...site })
}
