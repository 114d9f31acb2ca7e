import { toLowerCase } from '../forwarding/lower-case.js'
import type { HeaderField } from '../message.js'
import type { Settings } from '../options.js'
import type { ForwardedRequest } from '../targets/target.js'
import { toAbsoluteLocation } from './location.js'
import { dateField, serverField } from './own-fields.js'

export interface WireFields {
  /** In the order of the wire. */
  readonly headers: HeaderField[]
  /** Whether the function's `Content-Length` is among them. */
  readonly hasContentLength: boolean
}

/**
 * A result's header fields as the client gets them: `Server`, `Date` and `Content-Type` in front, then all others, last
 * to first, as real load balancers were seen to send them; AWS calls the order unspecified.
 *
 * `Server` and `Date` of the function stay where they are among its fields, in place of the load balancer's.
 * Dropped are the fields of one connection ("hop-by-hop headers", which AWS says are not honoured; RFC 9110, section
 * 7.6.1) and `Content-Length`, which the load balancer computes; only in answer to HEAD the function can know better.
 *
 * @param fields in the order of the result
 * @param hasContent whether the response has content, whose type may need a default
 */
export function toWireFields(
  fields: readonly HeaderField[],
  hasContent: boolean,
  request: ForwardedRequest,
  settings: Settings,
): WireFields {
  const contentTypes: HeaderField[] = []
  const others: HeaderField[] = []
  const keepsLength =
    hasContent && request.method === 'HEAD' && settings.headContentLength === 'function'
  let contentLength: string | undefined
  let hasServer = false
  let hasDate = false
  for (const field of fields) {
    const [name, value] = field
    switch (toLowerCase(name)) {
      case 'content-length':
        if (keepsLength && /^\d+$/.test(value)) contentLength = value
        continue
      case 'connection':
      case 'keep-alive':
      case 'proxy-authenticate':
      case 'proxy-authorization':
      case 'proxy-connection':
      case 'te':
      case 'trailer':
      case 'transfer-encoding':
      case 'upgrade':
        continue
      case 'content-type':
        contentTypes.push(field)
        continue
      case 'location':
        others.push(settings.absoluteLocation ? [name, toAbsoluteLocation(value, request)] : field)
        continue
      case 'server':
        hasServer = true
        break
      case 'date':
        hasDate = true
        break
    }
    others.push(field)
  }
  if (contentTypes.length === 0 && hasContent && settings.defaultContentType !== 'none') {
    contentTypes.push(['Content-Type', settings.defaultContentType])
  }
  if (settings.responseHeaderOrder === 'reverse') {
    contentTypes.reverse()
    others.reverse()
  }
  const headers = hasServer ? [] : serverField(settings)
  if (!hasDate) headers.push(dateField())
  headers.push(...contentTypes)
  if (contentLength !== undefined) headers.push(['Content-Length', contentLength])
  for (const field of others) headers.push(field)
  return { headers, hasContentLength: contentLength !== undefined }
}
