import { STATUS_CODES } from 'node:http'
import type { HeaderList } from '../message.js'
import { toDisplayText } from './display-text.js'
import type { KeptExchange } from './kept-exchange.js'

/** A message's head, for reading. */
export interface HttpHead {
  readonly startLine: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Fields that the listener adds as framing, so far as they are known. */
  readonly added: readonly (readonly [name: string, value: string])[]
}

/** As the client sent it. */
export function toRequestHead({ request }: KeptExchange): HttpHead {
  const version = request.version === '' ? '' : ` HTTP/${request.version}`
  const fields = toFields(request.headers)
  return {
    startLine: toDisplayText(`${request.method} ${request.target}${version}`.trim()),
    fields:
      request.authority === undefined
        ? fields
        : [[':authority', toDisplayText(request.authority)], ...fields],
    added: [],
  }
}

/** As it left for a server behind the load balancer; `undefined` when it did not. */
export function toForwardedHead({ forwarded }: KeptExchange): HttpHead | undefined {
  if (forwarded === undefined) return undefined
  const { path, query } = forwarded
  const target = query === undefined ? path : `${path}?${query}`
  return {
    startLine: toDisplayText(`${forwarded.method} ${target} HTTP/1.1`),
    fields: toFields(forwarded.headers),
    added: [],
  }
}

/** As it went back to the client. */
export function toResponseHead({ request, response }: KeptExchange): HttpHead | undefined {
  if (response === undefined) return undefined
  const { status, headers, body } = response
  const reason = response.reason === '' ? (STATUS_CODES[status] ?? '') : response.reason
  const startLine =
    request.version === '2.0' ? `HTTP/2 ${status}` : `HTTP/1.1 ${status} ${toDisplayText(reason)}`
  const hasLength = headers.some(([name]) => name.toLowerCase() === 'content-length')
  return {
    startLine: startLine.trim(),
    fields: toFields(headers),
    added: Buffer.isBuffer(body) && !hasLength ? [['Content-Length', String(body.length)]] : [],
  }
}

function toFields(headers: HeaderList): readonly (readonly [string, string])[] {
  return headers.map(([name, value]) => [toDisplayText(name), toDisplayText(value)])
}
