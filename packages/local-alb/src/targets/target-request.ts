import type { RequestOptions } from 'node:http'
import { fieldValues, type HeaderField } from '../message.js'
import { endToEndFields } from './hop-by-hop.js'
import type { ForwardedRequest } from './target.js'

export type RequestHead = Required<Pick<RequestOptions, 'method' | 'path'>> & {
  readonly headers: readonly string[]
}

/** The client asks for a WebSocket, and the connection can become one. */
export function isWebSocketUpgrade({ upgrade, headers }: ForwardedRequest): boolean {
  if (!upgrade) return false
  const protocols = fieldValues(headers, 'upgrade').flatMap((value) => value.split(','))
  return protocols.some((protocol) => protocol.trim().toLowerCase() === 'websocket')
}

/**
 * Line and header section of the request to an instance target: fields in their order and spelling, those of the client's
 * connection taken out, and framing for the connection to the target.
 */
export function toTargetRequest(request: ForwardedRequest): RequestHead {
  const { method, path, query } = request
  const fields = [...withOneLength(endToEndFields(request.headers)), ...framingFields(request)]
  return {
    method,
    path: escapeInvalid(query === undefined ? path : `${path}?${query}`),
    headers: fields.flat(),
  }
}

/** Of several lengths the first is what the body was read by; a target may read it by another (RFC 9112, section 6.3). */
function withOneLength(fields: readonly HeaderField[]): readonly HeaderField[] {
  const isLength = ([name]: HeaderField): boolean => name.toLowerCase() === 'content-length'
  const first = fields.findIndex(isLength)
  return fields.filter((field, at) => at === first || !isLength(field))
}

function framingFields(request: ForwardedRequest): readonly HeaderField[] {
  if (isWebSocketUpgrade(request)) {
    return [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
    ]
  }
  if (fieldValues(request.headers, 'content-length').length > 0) return []
  if (request.hasBody) return [['Transfer-Encoding', 'chunked']]
  // Without it Node would send these with an empty chunked body.
  return BODILESS.has(request.method) ? [] : [['Content-Length', '0']]
}

/** Methods that Node sends without a body unless told otherwise. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** What Node's client refuses to send in a path, and every Node server to take: controls and space. */
function escapeInvalid(path: string): string {
  return path.replaceAll(/[^\x21-\xff]/g, (character) => encodeURIComponent(character))
}
