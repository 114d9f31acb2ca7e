import { describe, ExpressAlbError } from '../errors.js'
import type { RequestParts } from '../parts.js'
import { toBytes } from './body.js'
import { refuseForeignEvent } from './foreign.js'
import { toHeaders } from './headers.js'
import { toTarget } from './target.js'

type Value = string | readonly string[] | undefined

/**
 * The event of a Lambda target group, and of what people write by hand in its place.
 *
 * An ALB sends either `headers` and `queryStringParameters` (single-value mode, its default) or
 * `multiValueHeaders` and `multiValueQueryStringParameters`, never both: ALB user guide, "Lambda
 * functions as targets", "Multi-value headers".
 */
export interface AlbEvent {
  readonly requestContext?: { readonly elb?: { readonly targetGroupArn: string } } | null
  readonly httpMethod: string
  readonly path: string
  readonly queryStringParameters?: { readonly [name: string]: Value } | null
  readonly multiValueQueryStringParameters?: { readonly [name: string]: Value } | null
  readonly headers?: { readonly [name: string]: Value } | null
  readonly multiValueHeaders?: { readonly [name: string]: Value } | null
  readonly body?: string | null
  readonly isBase64Encoded?: boolean
}

/** The two forms in which the target group and the function exchange headers and queries. */
export type AlbMode = 'single' | 'multi'

/**
 * The form of an event, which is the form its result must have. The attribute
 * `lambda.multi_value_headers.enabled` can be switched while the function runs, so the event
 * decides, never an environment variable.
 */
export function modeOf(event: AlbEvent): AlbMode {
  if (event.multiValueHeaders) return 'multi'
  return !event.headers && event.multiValueQueryStringParameters ? 'multi' : 'single'
}

/**
 * The request that an event stands for. The event is left as it is.
 *
 * @throws ExpressAlbError `FOREIGN_EVENT` when the event is clearly another source's;
 * `INVALID_EVENT`, naming the field, when no ALB sends such an event.
 */
export function toRequestParts(event: AlbEvent, basePath: string): RequestParts {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new ExpressAlbError(
      'INVALID_EVENT',
      `The event is ${describe(event)}; an ALB target is invoked with an object. ` +
        'Pass the event that Lambda gave the handler.',
    )
  }
  if (!event.requestContext?.elb) refuseForeignEvent(event)
  const { rawHeaders, headers } =
    modeOf(event) === 'multi'
      ? toHeaders(event.multiValueHeaders, 'multiValueHeaders')
      : toHeaders(event.headers, 'headers')
  const multiQuery = event.multiValueQueryStringParameters
  return {
    method: toMethod(event.httpMethod),
    target: multiQuery
      ? toTarget(event.path, multiQuery, 'multiValueQueryStringParameters', basePath)
      : toTarget(event.path, event.queryStringParameters, 'queryStringParameters', basePath),
    rawHeaders,
    headers,
    body: toBytes(event.body, event.isBase64Encoded),
  }
}

// A method is a token (RFC 9110, section 9.1) and goes to the app letter for letter.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function toMethod(method: unknown): string {
  if (method === 'GET' || method === 'POST') return method
  if (typeof method === 'string' && TOKEN.test(method)) return method
  throw new ExpressAlbError(
    'INVALID_EVENT',
    `event.httpMethod is ${describe(method)}; it must be an HTTP method such as "GET".`,
  )
}
