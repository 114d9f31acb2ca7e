import type { HeaderField, HeaderList } from '../message.js'
import type { Settings } from '../options.js'
import { toLowerCase } from './lower-case.js'

/** A client's header fields, by what the load balancer does with them. */
export interface ClientFields {
  readonly host: readonly HeaderField[]
  readonly forwardedFor: readonly HeaderField[]
  /** The first `X-Amzn-Trace-Id`. */
  readonly traceId: string | undefined
  /** Those that go on unchanged, in order. */
  readonly others: readonly HeaderField[]
  /** Of all fields, as sent. */
  readonly bytes: number
}

/**
 * Sorts out the fields of a request. Gone afterwards:
 *
 * - `Expect`, which the listener has answered ("How Elastic Load Balancing works", "HTTP headers");
 * - `Transfer-Encoding`, since the framing is off, and a `Content-Length` beside it (RFC 9112, section 6.3);
 * - the fields of one connection: `Keep-Alive`, `Proxy-Connection`, `TE`, `Trailer` (RFC 9110, section 7.6.1). Not
 *   `Connection` and `Upgrade`: events of real load balancers show the client's `Connection`, and targets decide on an
 *   upgrade;
 * - what the load balancer says itself and a client can only pretend.
 */
export function sortOut(
  headers: HeaderList,
  isHttp2: boolean,
  settings: Pick<Settings, 'emptyHeaderValues' | 'h2CookieCrumbs' | 'tlsHeaders'>,
): ClientFields {
  const host: HeaderField[] = []
  const forwardedFor: HeaderField[] = []
  const others: HeaderField[] = []
  const joinsCookies = isHttp2 && settings.h2CookieCrumbs === 'join'
  const dropsEmpty = settings.emptyHeaderValues === 'drop'
  let traceId: string | undefined
  let cookieIndex = -1
  let isChunked = false
  let bytes = 0
  for (const field of headers) {
    const [name, value] = field
    bytes += name.length + value.length + PUNCTUATION
    if (dropsEmpty && value === '') continue
    switch (toLowerCase(name)) {
      case 'host':
        host.push(field)
        continue
      case 'x-forwarded-for':
        forwardedFor.push(field)
        continue
      case 'x-amzn-trace-id':
        traceId ??= value
        continue
      case 'transfer-encoding':
        isChunked = true
        continue
      case 'expect':
      case 'keep-alive':
      case 'proxy-connection':
      case 'te':
      case 'trailer':
      case 'x-forwarded-port':
      case 'x-forwarded-proto':
        continue
      case 'x-amzn-tls-cipher-suite':
      case 'x-amzn-tls-version':
        if (settings.tlsHeaders) continue
        break
      case 'cookie':
        if (!joinsCookies) break
        if (cookieIndex === -1) {
          cookieIndex = others.length
          break
        }
        others[cookieIndex] = joinCookies(others[cookieIndex], value)
        continue
    }
    others.push(field)
  }
  return {
    host,
    forwardedFor,
    traceId,
    others: isChunked ? others.filter(([name]) => !isContentLength(name)) : others,
    bytes,
  }
}

// Colon, space and line end.
const PUNCTUATION = 4

/** RFC 9113, section 8.2.3. */
function joinCookies(first: HeaderField | undefined, value: string): HeaderField {
  return first === undefined ? ['cookie', value] : [first[0], `${first[1]}; ${value}`]
}

function isContentLength(name: string): boolean {
  return toLowerCase(name) === 'content-length'
}
