import type { HeaderField, HeaderList, HttpResponse } from '../message.js'

/** What an answer's framing depends on besides the answer. */
export interface AnswerTo {
  readonly method: string
  readonly version: string
  /** Whether the connection stays open for another request; a body without a length may forbid it. */
  readonly keepAlive: boolean
}

export interface AnswerHead {
  readonly text: string
  /** How the body goes out. `close`: its end is the end of the connection. */
  readonly body: 'none' | 'length' | 'chunked' | 'close'
  /** For a body of `length`. */
  readonly length: number
  readonly keepAlive: boolean
}

/** Anything that would end a line, and characters that do so once they are cut to one byte. */
export const UNSAFE: RegExp = /[\0\r\n\u0100-\uFFFF]/
const LEADING = new Set(['server', 'date', 'content-type'])

/**
 * The status line and the fields, exactly as given, in the order and case given, and the framing after the leading run
 * of `Server`, `Date` and `Content-Type`: on the wire an ALB has `Content-Length` and `Connection` there, in front of
 * the other fields. The version is HTTP/1.1 for every client (RFC 9112, section 2.3).
 *
 * A body's length is counted, or taken from `Content-Length` for a stream; a stream without goes in chunks, to HTTP/1.0
 * clients until the connection closes.
 *
 * @throws {TypeError} for a status, reason or field that would break the message
 */
export function toHead(response: HttpResponse, to: AnswerTo): AnswerHead {
  const { status, reason, headers } = response
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new TypeError(
      `The status of a response must be an integer from 100 to 999, not ${status}.`,
    )
  }
  if (UNSAFE.test(reason)) throw unsafe('The reason phrase', reason)
  const declared = contentLength(headers)
  const { body, length } = framing(response, to, declared)
  const keepAlive = to.keepAlive && body !== 'close'
  let text = `HTTP/1.1 ${status} ${reason}\r\n`
  let framed = false
  for (const field of headers) {
    if (!framed && !LEADING.has(field[0].toLowerCase())) {
      text += framingFields(body, length, keepAlive)
      framed = true
    }
    text += line(field)
  }
  if (!framed) text += framingFields(body, length, keepAlive)
  return { text: `${text}\r\n`, body, length: length ?? 0, keepAlive }
}

type Framed = Pick<AnswerHead, 'body'> & { readonly length: number | undefined }

/** `length` is what `Content-Length` says; `undefined`: there is none. */
function framing(
  { status, body }: HttpResponse,
  to: AnswerTo,
  declared: number | undefined,
): Framed {
  // RFC 9110, section 8.6: never with 1xx and 204.
  if (status < 200 || status === 204) return { body: 'none', length: undefined }
  const known = body instanceof Uint8Array ? body.length : undefined
  if (status === 304) return { body: 'none', length: declared }
  if (to.method === 'HEAD') return { body: 'none', length: declared ?? known }
  if (body === undefined) return { body: 'none', length: declared }
  if (known !== undefined) return { body: 'length', length: known }
  if (declared !== undefined) return { body: 'length', length: declared }
  return { body: to.version === '1.0' ? 'close' : 'chunked', length: undefined }
}

function framingFields(
  body: AnswerHead['body'],
  length: number | undefined,
  keepAlive: boolean,
): string {
  const connection = keepAlive ? 'Connection: keep-alive\r\n' : 'Connection: close\r\n'
  if (body === 'chunked') return `Transfer-Encoding: chunked\r\n${connection}`
  return length === undefined ? connection : `Content-Length: ${length}\r\n${connection}`
}

function line([name, value]: HeaderField): string {
  if (isContentLength(name)) return ''
  if (UNSAFE.test(name) || UNSAFE.test(value))
    throw unsafe(`The header field ${JSON.stringify(name)}`, value)
  return `${name}: ${value}\r\n`
}

/** The last one counts; what is no number counts as none. */
export function contentLength(headers: HeaderList): number | undefined {
  let length: number | undefined
  for (const [name, value] of headers) {
    if (isContentLength(name) && /^\d+$/.test(value)) length = Number(value)
  }
  return length
}

function isContentLength(name: string): boolean {
  return name.length === 14 && name.toLowerCase() === 'content-length'
}

function unsafe(what: string, value: string): TypeError {
  return new TypeError(
    `${what} holds a line break, a NUL or a character beyond one byte: ${JSON.stringify(value)}.`,
  )
}
