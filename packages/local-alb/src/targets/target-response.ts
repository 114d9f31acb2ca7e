import type { IncomingMessage } from 'node:http'
import { fieldValues, type HeaderField, type HttpResponse } from '../message.js'
import { dateField } from '../result/own-fields.js'
import { endToEndFields } from './hop-by-hop.js'

/** The fields of Node's `rawHeaders`. */
export function toFields(raw: readonly string[]): HeaderField[] {
  const fields: HeaderField[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    fields.push([raw[index] ?? '', raw[index + 1] ?? ''])
  }
  return fields
}

/**
 * A target's answer as the client gets it: fields in their order and spelling, without those of the connection. `Server` and
 * `Date` are the target's; a missing `Date` is added, as intermediaries must (RFC 9110, section 6.6.1). Trailers are dropped.
 */
export function toHttpResponse(response: IncomingMessage, method: string): HttpResponse {
  const received = toFields(response.rawHeaders)
  const isChunked = fieldValues(received, 'transfer-encoding').length > 0
  const headers = endToEndFields(received).filter(
    // Beside chunks it means nothing (RFC 9112, section 6.3), and the chunks are taken off.
    ([name]) => !isChunked || name.toLowerCase() !== 'content-length',
  )
  if (fieldValues(headers, 'date').length === 0) headers.push(dateField())
  const status = response.statusCode ?? 0
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304
  if (!hasBody) response.resume()
  return {
    status,
    reason: response.statusMessage ?? '',
    headers,
    body: hasBody ? response : undefined,
  }
}
