import type { AlbEvent } from '../alb/event.js'

/** A response as a client behind the load balancer gets it. */
export interface ClientResponse {
  readonly status: number
  /** The reason phrase. */
  readonly statusText: string
  /** By lower-case name; repeated fields joined with `, `, except for `set-cookie`, always an array. */
  readonly headers: Readonly<Record<string, string>> & { readonly 'set-cookie'?: string[] }
  /** Names and values in turn, as they would come over the wire. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** The body as UTF-8 text. */
  text(): string
  /** The body parsed as JSON. */
  json(): unknown
  /**
   * Why the load balancer answered with a 502 of its own: what it refuses about the result, or the
   * error with which the handler ended. `undefined` when the response is the function's.
   */
  readonly refusal: string | undefined
  /** What the handler returned; `undefined` when it ended with an error. */
  readonly result: unknown
}

const MAX_RESULT_BYTES = 1_048_576
const MAX_HEAD_BYTES = 32_768

// Not honoured in a function's response (ALB user guide, "Lambda functions as targets").
const DROPPED = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * The response that a load balancer makes of a result, after the JSON round trip through Lambda.
 *
 * @param json the result as Lambda hands it on; `undefined` when it is nothing
 * @param reversed whether values of one name arrive in reversed order, as ALBs have been seen to do
 */
export function toClientResponse(
  event: AlbEvent,
  returned: unknown,
  json: string | undefined,
  reversed: boolean,
): ClientResponse {
  const refusal = refusalOf(event, json)
  if (json === undefined || refusal !== undefined) {
    return badGateway(refusal ?? 'The handler returned nothing.', returned)
  }
  const result = JSON.parse(json) as Record<string, unknown>
  const status = result['statusCode'] as number
  const description = (result['statusDescription'] as string | undefined) ?? `${status} `
  const pairs = pairsOf(result[headerField(event)] ?? {}, reversed)
  const bodyless = event.httpMethod === 'HEAD' || status === 204 || status === 304
  const body = bodyless
    ? Buffer.alloc(0)
    : Buffer.from(
        (result['body'] as string | undefined) ?? '',
        result['isBase64Encoded'] === true ? 'base64' : 'utf8',
      )
  return make(
    status,
    description.slice(description.indexOf(' ') + 1),
    pairs,
    body,
    undefined,
    returned,
  )
}

/** The load balancer's own answer to a result it refuses or a function that failed. */
export function badGateway(refusal: string, result: unknown): ClientResponse {
  const body = Buffer.from(
    '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n' +
      '<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n',
  )
  return make(502, 'Bad Gateway', [['Content-Type', 'text/html']], body, refusal, result)
}

function headerField(event: AlbEvent): 'headers' | 'multiValueHeaders' {
  return event.multiValueHeaders ? 'multiValueHeaders' : 'headers'
}

function refusalOf(event: AlbEvent, json: string | undefined): string | undefined {
  const size = Buffer.byteLength(json ?? '')
  if (size > MAX_RESULT_BYTES)
    return `The result is ${size} bytes of JSON; the limit is ${MAX_RESULT_BYTES}.`
  const result: unknown = JSON.parse(json ?? 'null')
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return 'The result is not an object.'
  }
  const { statusCode, statusDescription, body, isBase64Encoded, ...rest } = result as Record<
    string,
    unknown
  >
  if (
    !Number.isInteger(statusCode) ||
    (statusCode as number) < 200 ||
    (statusCode as number) > 599
  ) {
    return `statusCode is ${JSON.stringify(statusCode)}; it must be a number from 200 to 599.`
  }
  if (
    statusDescription !== undefined &&
    !`${JSON.stringify(statusDescription).slice(1, -1)} `.startsWith(`${String(statusCode)} `)
  ) {
    return `statusDescription is ${JSON.stringify(statusDescription)}; it must be the status and a phrase.`
  }
  if (body !== undefined && typeof body !== 'string') return 'body is not a string.'
  if (isBase64Encoded !== undefined && typeof isBase64Encoded !== 'boolean') {
    return 'isBase64Encoded is not true or false.'
  }
  const field = headerField(event)
  const other = field === 'headers' ? 'multiValueHeaders' : 'headers'
  if (rest[field] === undefined && rest[other] !== undefined) {
    return `The result has ${other}, but the target group's mode asks for ${field}.`
  }
  return refusalOfHeaders(field, rest[field] === undefined ? {} : rest[field])
}

function refusalOfHeaders(field: string, map: unknown): string | undefined {
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    return `${field} is not an object.`
  for (const [name, value] of Object.entries(map)) {
    const values: unknown = field === 'headers' ? [value] : value
    if (!Array.isArray(values) || !values.every((one) => typeof one === 'string')) {
      return `${field}[${JSON.stringify(name)}] is ${JSON.stringify(value)}; an ALB takes strings only.`
    }
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || values.some((one) => /[\r\n\0]/.test(one))) {
      return `${field}[${JSON.stringify(name)}] cannot stand in an HTTP header.`
    }
  }
  // Name, colon, space, value and line end of each.
  const bytes = pairsOf(map, false).reduce(
    (sum, pair) => sum + Buffer.byteLength(pair.join()) + 3,
    0,
  )
  return bytes > MAX_HEAD_BYTES
    ? `The header fields take ${bytes} bytes; the limit is ${MAX_HEAD_BYTES}.`
    : undefined
}

function pairsOf(map: object, reversed: boolean): [string, string][] {
  return Object.entries(map).flatMap(([name, held]: [string, string | string[]]) => {
    if (DROPPED.has(name.toLowerCase())) return []
    const values = [held].flat()
    return (reversed ? values.toReversed() : values).map((value): [string, string] => [name, value])
  })
}

function make(
  status: number,
  statusText: string,
  pairs: readonly [string, string][],
  body: Buffer,
  refusal: string | undefined,
  result: unknown,
): ClientResponse {
  const headers: Record<string, string | string[]> = {}
  for (const [given, value] of pairs) {
    const name = given.toLowerCase()
    const held = headers[name]
    if (name === 'set-cookie') headers[name] = [...((held as string[] | undefined) ?? []), value]
    else headers[name] = held === undefined ? value : `${String(held)}, ${value}`
  }
  return {
    status,
    statusText,
    headers: headers as ClientResponse['headers'],
    rawHeaders: pairs.flat(),
    body,
    text: () => body.toString('utf8'),
    json: () => JSON.parse(body.toString('utf8')) as unknown,
    refusal,
    result,
  }
}
