import type { HeaderField, HeaderList } from '../message.js'
import { endToEndFields } from '../targets/hop-by-hop.js'

/** A request as both sides get it. */
export interface ParityRequest {
  /** Where it stands, for reports: `urls.txt:12`, `shop.har, entry 3`. */
  readonly source: string
  readonly method: string
  /** Origin form, bytes outside of a request target percent-encoded. */
  readonly target: string
  /** Without the fields of one connection and without `Content-Length`. `Host` only when the source names one. */
  readonly headers: HeaderList
  readonly body: Buffer | undefined
}

/** RFC 9110, section 9.2.1, without TRACE, which load balancers refuse. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** RFC 9110, section 5.6.2. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/.test(text)
}

/** What may stand in a header field's value: RFC 9110, section 5.5, one byte per character. */
export function isFieldValue(text: string): boolean {
  return /^[\t\x20-\x7E\x80-\xFF]*$/.test(text)
}

/** The authority of a URL without its scheme's port, and the target without its fragment; nothing is decoded. */
export function splitUrl(
  url: string,
): { readonly scheme: string; readonly host: string; readonly target: string } | undefined {
  const match = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)([^#]*)/i.exec(url)
  if (match === null) return undefined
  const [, scheme = '', authority = '', rest = ''] = match
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()
  const lower = scheme.toLowerCase()
  const port = lower === 'https' || lower === 'wss' ? ':443' : ':80'
  return {
    scheme: lower,
    host: host.endsWith(port) ? host.slice(0, -port.length) : host,
    target: toTarget(rest),
  }
}

/** Characters that may not stand in a request line are percent-encoded as UTF-8, as browsers do. */
export function toTarget(text: string): string {
  const [withoutFragment = ''] = text.split('#', 1)
  const target = withoutFragment.startsWith('/') ? withoutFragment : `/${withoutFragment}`
  return target
    .toWellFormed()
    .replaceAll(/[^\x21-\x7E]/gu, (character) => encodeURIComponent(character))
}

/** What goes on from a recorded request: without HTTP/2's pseudo-header fields, the connection's and the length. */
export function toSentFields(fields: HeaderList): HeaderField[] {
  const plain = fields.filter(([name]) => !name.startsWith(':'))
  return endToEndFields(plain).filter(([name]) => !NOT_SENT.has(name.toLowerCase()))
}

/** The length is counted anew; nobody here waits for a 100. */
const NOT_SENT: ReadonlySet<string> = new Set(['content-length', 'expect'])

/** Text of a file as the bytes that go over the wire, one per character. */
export function toWire(text: string): string {
  return Buffer.from(text).toString('latin1')
}
