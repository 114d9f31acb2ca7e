import type { OutgoingHttpHeaders } from 'node:http2'
import type { HeaderField, HttpResponse } from '../message.js'
import { contentLength, UNSAFE } from './write-head.js'

/** The head of an HTTP/2 request. */
export interface Http2Head {
  readonly method: string
  /** `''` for CONNECT, which has none. */
  readonly target: string
  readonly authority: string | undefined
  readonly headers: HeaderField[]
}

/** @param raw names and values in turn, in the order in which they came, as Node gives them */
export function parseHttp2Head(raw: readonly string[]): Http2Head {
  const headers: HeaderField[] = []
  const pseudo = new Map<string, string>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string
    const value = raw[index + 1] as string
    if (name.startsWith(':')) pseudo.set(name, value)
    else headers.push([name, value])
  }
  return {
    method: pseudo.get(':method') ?? '',
    target: pseudo.get(':path') ?? '',
    authority: pseudo.get(':authority'),
    headers,
  }
}

/** Fields of one connection, which HTTP/2 does not have: RFC 9113, section 8.2.2. */
const CONNECTION_FIELDS = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** Fields that Node refuses to send twice over HTTP/2; the last one counts. */
const SINGLE = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'age',
  'content-encoding',
  'content-language',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'x-content-type-options',
])

export interface Http2AnswerHead {
  readonly fields: OutgoingHttpHeaders
  readonly hasBody: boolean
  /** What the fields promise; `undefined` when they do not. */
  readonly length: number | undefined
  /** As they are before compression. */
  readonly bytes: number
}

/**
 * Status and fields as Node's HTTP/2 takes them: names in lower case, without those of a connection, values of one name
 * together in their order. `Content-Length` is counted, or taken from the fields for a stream.
 *
 * @throws {TypeError} for a field that would break the message in HTTP/1.1
 */
export function toHttp2Head(response: HttpResponse, method: string): Http2AnswerHead {
  const { status, headers, body } = response
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  const counted = body instanceof Uint8Array && status !== 304 ? body.length : undefined
  const length = status < 200 || status === 204 ? undefined : (counted ?? contentLength(headers))
  const fields = new Map<string, string | string[]>()
  let bytes = 0
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    if (CONNECTION_FIELDS.has(name) || name === 'content-length') continue
    if (UNSAFE.test(value))
      throw new TypeError(`The header field ${name} holds a line break or NUL.`)
    const before = fields.get(name)
    fields.set(name, before === undefined || SINGLE.has(name) ? value : [before, value].flat())
    bytes += name.length + value.length
  }
  return {
    fields: Object.fromEntries([
      [':status', status],
      ...placeLength(fields, length),
    ]) as OutgoingHttpHeaders,
    hasBody: !bodiless && body !== undefined,
    length,
    bytes,
  }
}

const LEADING = new Set(['server', 'date', 'content-type'])

function placeLength(
  fields: ReadonlyMap<string, string | string[]>,
  length: number | undefined,
): [string, string | string[] | number][] {
  const entries: [string, string | string[] | number][] = [...fields]
  if (length === undefined) return entries
  const first = entries.findIndex(([name]) => !LEADING.has(name))
  entries.splice(first === -1 ? entries.length : first, 0, ['content-length', length])
  return entries
}
