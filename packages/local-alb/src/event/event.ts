import { isUtf8 } from 'node:buffer'
import { toLowerCase } from '../forwarding/lower-case.js'
import type { HeaderField } from '../message.js'
import type { Settings } from '../options.js'
import type { ForwardedRequest } from '../targets/target.js'
import { badRequest } from './bad-request.js'
import { toBodyMembers } from './body.js'
import { toJsonMap } from './json-map.js'
import { splitQuery } from './query.js'

/** What an event tells of the target group, and what decides its form. */
export interface EventGroup {
  readonly arn: string
  /** `lambda.multi_value_headers.enabled`. */
  readonly multiValueHeaders: boolean
}

/**
 * The event that a function gets for a request, as JSON text (ALB user guide, "Lambda functions as targets", "Receive
 * events from the load balancer"). It has the fields of one form only, in the order of captured events; names are in
 * lower case; of a repeated name the form of single values has the last value.
 *
 * @param body all of the request's body
 * @throws {RefusedError} `LambdaBadRequest` when the path, the query, a header field or a text body is not UTF-8
 */
export function toEvent(
  request: ForwardedRequest,
  body: Buffer,
  group: EventGroup,
  settings: Settings,
): string {
  const isMulti = group.multiValueHeaders
  let contentType: string | undefined
  let hasContentEncoding = false
  const headers: HeaderField[] = []
  for (const [name, value] of request.headers) {
    const key = toLowerCase(name)
    if (key === 'content-type') contentType = value
    else if (key === 'content-encoding') hasContentEncoding = true
    headers.push([key, value])
  }
  const head = toHeadMembers(request, headers, isMulti, settings)
  const text = toUtf8(head)
  if (text === undefined) throw notUtf8(request, settings)
  const bodyFields = { contentType, hasContentEncoding, version: request.version }
  return `${contextOf(group)},${text},${toBodyMembers(body, bodyFields, settings)}}`
}

/** The beginning of an event's JSON. */
export function contextOf({ arn }: EventGroup): string {
  return `{"requestContext":{"elb":{"targetGroupArn":${JSON.stringify(arn)}}}`
}

/**
 * The members from `httpMethod` to the header fields.
 *
 * @param headers with their names in lower case; put into order in place
 */
export function toHeadMembers(
  { method, path, query }: Pick<ForwardedRequest, 'method' | 'path' | 'query'>,
  headers: HeaderField[],
  isMulti: boolean,
  settings: Settings,
): string {
  const queryName = isMulti ? 'multiValueQueryStringParameters' : 'queryStringParameters'
  const headersName = isMulti ? 'multiValueHeaders' : 'headers'
  return (
    `"httpMethod":${JSON.stringify(method)},"path":${JSON.stringify(path)},` +
    `"${queryName}":${toJsonMap(splitQuery(query, settings), isMulti)},` +
    `"${headersName}":${toJsonMap(headers, isMulti)}`
  )
}

/**
 * Text of a string that holds one byte in each character; `undefined` when the bytes are not UTF-8. The whole head at
 * once: its punctuation is ASCII, so no character can begin in one value and end in another.
 */
function toUtf8(bytes: string): string | undefined {
  if (Buffer.byteLength(bytes) === bytes.length) return bytes
  const buffer = Buffer.from(bytes, 'latin1')
  return isUtf8(buffer) ? buffer.toString() : undefined
}

/** Names the part that is not UTF-8. */
function notUtf8(request: ForwardedRequest, settings: Settings): Error {
  const { method, path, query = '', headers } = request
  const parts: readonly (readonly [label: string, text: string])[] = [
    ['The method', method],
    ['The path', path],
    ['The query', query],
    ...headers.map(([name, value]) => [`The header ${name}`, `${name}: ${value}`] as const),
  ]
  const [label, text] = parts.find(([, part]) => toUtf8(part) === undefined) ?? ['The request', '']
  return badRequest(
    settings,
    `${label} is not valid UTF-8 (${describeBytes(text)}), and the ALB passes only UTF-8 to a function; encode the value, for example with percent-escapes`,
  )
}

/** The first byte that is not ASCII, with what follows. */
function describeBytes(text: string): string {
  const start = Math.max(0, text.search(/[\x80-\xff]/))
  const bytes = Buffer.from(text.slice(start, start + 4), 'latin1')
  return `byte ${start + 1} and on: ${bytes.toString('hex').replace(/..(?!$)/g, '$& ')}`
}
