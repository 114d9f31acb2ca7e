import { invalid } from '../errors.js'
import type { RequestParts } from '../parts.js'
import { toBytes } from './body.js'
import { refuseForeignEvent } from './foreign.js'
import { toHeaders } from './headers.js'
import { toTarget } from './target.js'
import { invalidField } from './values.js'

type Values = { readonly [name: string]: string | readonly string[] | undefined }

/**
 * The event of a Lambda target group, and of what people write by hand in its place.
 *
 * An ALB sends either `headers` and `queryStringParameters` (single-value mode, its default) or
 * `multiValueHeaders` and `multiValueQueryStringParameters`, never both: ALB user guide, "Lambda
 * functions as targets", "Multi-value headers".
 */
export interface AlbEvent {
  readonly requestContext?:
    { readonly elb?: { readonly targetGroupArn: string } | undefined } | null | undefined
  readonly httpMethod: string
  readonly path: string
  readonly queryStringParameters?: Values | null | undefined
  readonly multiValueQueryStringParameters?: Values | null | undefined
  readonly headers?: Values | null | undefined
  readonly multiValueHeaders?: Values | null | undefined
  readonly body?: string | null | undefined
  readonly isBase64Encoded?: boolean | undefined
}

/**
 * Whether an event is in multi-value mode, and so its result must be. The attribute
 * `lambda.multi_value_headers.enabled` can be switched while the function runs, so the event
 * decides, never an environment variable.
 */
export function isMultiValue(event: AlbEvent): boolean {
  return Boolean(event.multiValueHeaders)
}

/**
 * The request that an event stands for. The event is left as it is.
 *
 * @throws ExpressAlbError `FOREIGN_EVENT` when the event is clearly another source's;
 * `INVALID_EVENT`, naming the field, when no ALB sends such an event.
 */
export function toRequestParts(event: AlbEvent, basePath: string): RequestParts {
  if (typeof event !== 'object' || !event) {
    throw invalid('INVALID_EVENT', 'event', event, 'an object')
  }
  if (!event.requestContext?.elb) refuseForeignEvent(event)
  const { httpMethod } = event
  if (typeof httpMethod !== 'string' || !TOKEN.test(httpMethod)) {
    throw invalidField('httpMethod', httpMethod, 'an HTTP method')
  }
  const headerField = event.multiValueHeaders ? 'multiValueHeaders' : 'headers'
  const queryField = event.multiValueQueryStringParameters
    ? 'multiValueQueryStringParameters'
    : 'queryStringParameters'
  const { rawHeaders, headers } = toHeaders(event, headerField)
  return {
    method: httpMethod,
    target: toTarget(event, queryField, basePath),
    rawHeaders,
    headers,
    body: toBytes(event.body, event.isBase64Encoded),
  }
}

// A method goes to the app letter for letter (RFC 9110, section 9.1).
const TOKEN = /^[!-~]+$/
