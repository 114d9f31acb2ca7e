import { isUtf8 } from 'node:buffer'
import type { Settings } from '../options.js'
import { badRequest } from './bad-request.js'

/** The header fields that decide how a body is written. */
export interface BodyFields {
  readonly contentType: string | undefined
  readonly hasContentEncoding: boolean
  readonly version: string
}

/**
 * `body` and `isBase64Encoded` of an event, as JSON members (ALB user guide, "Lambda functions as targets", "Receive
 * events from the load balancer"): base64 when there is a `Content-Encoding`, and for all media types but `text/*`,
 * `application/json`, `application/javascript` and `application/xml`. The list is closed: form data and types such as
 * `application/vnd.api+json` are base64.
 *
 * Only for an empty body the answer differs between captured events; `emptyBodyBase64` says which to follow.
 *
 * @throws {RefusedError} `LambdaBadRequest` for a text that is not UTF-8
 */
export function toBodyMembers(
  body: Buffer,
  fields: BodyFields,
  settings: Pick<Settings, 'charsetAware' | 'emptyBodyBase64' | 'badRequestStatus'>,
): string {
  if (body.length === 0) {
    const { emptyBodyBase64: when } = settings
    const decides = when === 'always' || (when === 'h2' && fields.version === '2.0')
    return `"body":"","isBase64Encoded":${decides && isBinary(fields, settings.charsetAware)}`
  }
  if (isBinary(fields, settings.charsetAware)) {
    return `"body":"${body.toString('base64')}","isBase64Encoded":true`
  }
  if (!isUtf8(body)) {
    throw badRequest(
      settings,
      `The body is not valid UTF-8, but its content-type is ${JSON.stringify(fields.contentType)}, which the ALB passes to a function as text; send it as UTF-8, or as a type that the ALB passes in base64 such as application/octet-stream`,
    )
  }
  return `"body":${JSON.stringify(body.toString())},"isBase64Encoded":false`
}

function isBinary({ contentType, hasContentEncoding }: BodyFields, charsetAware: boolean): boolean {
  if (hasContentEncoding || contentType === undefined) return true
  const semicolon = contentType.indexOf(';')
  const type = (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim()
  const mediaType = type.toLowerCase()
  if (!mediaType.startsWith('text/') && !TEXT_TYPES.has(mediaType)) return true
  if (!charsetAware || semicolon === -1) return false
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase()
  return charset !== undefined && !UTF8_CHARSETS.has(charset)
}

const TEXT_TYPES = new Set(['application/json', 'application/javascript', 'application/xml'])

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i
// ASCII is part of UTF-8.
const UTF8_CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])
