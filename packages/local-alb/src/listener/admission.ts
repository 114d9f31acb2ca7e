import type { HeaderList, HttpRequest, Refusal } from '../message.js'
import type { Settings } from '../options.js'
import { classify, mitigate } from './desync.js'
import type { Classification } from './desync.js'
import { readFraming } from './framing.js'
import type { Framing } from './framing.js'
import type { Head } from './head.js'
import { pickKnownFields } from './known-fields.js'
import type { KnownFields } from './known-fields.js'
import { badRequest, FORWARDED_FOR_LIMIT, quote } from './limits.js'

export type AdmissionSettings = Pick<Settings, 'desyncMitigationMode' | 'dropInvalidHeaderFields'>

/** What becomes of a request, as far as its head decides. */
export interface Admission {
  readonly headers: HeaderList
  readonly known: KnownFields
  readonly framing: Framing
  /** Nothing may follow on this connection. */
  readonly close: boolean
  readonly refusal: Refusal | undefined
  readonly classification: Classification | undefined
}

const NO_FRAMING: Framing = { kind: 'none' }

/**
 * Decides about an HTTP/1.x request before anything else does: malformed and over the limits, transfer codings, desync
 * mitigation, `Host`, then what holds for any version. A request that passes has `refusal` undefined.
 */
export function admit(head: Head, settings: AdmissionSettings): Admission {
  const known = pickKnownFields(head.headers)
  const framing = readFraming(known)
  const unframed = 'refusal' in framing ? framing.refusal : undefined
  const classification = head.refusal === undefined ? classify(head) : undefined
  const measure = mitigate(classification, settings.desyncMitigationMode)
  const refusal =
    head.refusal ??
    (unframed?.status === 501 ? unframed : undefined) ??
    (measure === 'block' ? blocked(classification, settings.desyncMitigationMode) : undefined) ??
    unframed ??
    withoutHost(head, known) ??
    checkRequest(head, known.forwardedFor)
  return {
    headers: settings.dropInvalidHeaderFields ? dropInvalidFields(head.headers) : head.headers,
    known,
    framing: 'refusal' in framing ? NO_FRAMING : framing,
    close: refusal?.close === true || measure === 'close' || hasFaultyFraming(head, known),
    refusal,
    classification,
  }
}

/**
 * What an ALB refuses whatever the version of HTTP is.
 *
 * @param forwardedFor the values of `X-Forwarded-For`
 */
export function checkRequest(
  { method, target }: Pick<HttpRequest, 'method' | 'target'>,
  forwardedFor: readonly string[],
): Refusal | undefined {
  if (method === 'TRACE') {
    // AWS, "Troubleshoot your Application Load Balancers", "HTTP 405: Method not allowed".
    return { status: 405, explanation: 'An ALB does not support TRACE. Use another method.' }
  }
  if (method === 'CONNECT') {
    return badRequest('CONNECT is for proxies, and an ALB is none. Use another method.')
  }
  if (!target.startsWith('/') && !/^https?:\/\/[^/?#]/i.test(target)) {
    return badRequest(
      `The target ${quote(target)} is no path. It must start with "/", or be an http:// or https:// URL.`,
    )
  }
  return forwardedFor.length === 0 ? undefined : checkForwardedFor(forwardedFor)
}

/** `routing.http.drop_invalid_header_fields.enabled`: AWS, "Application Load Balancers", "Load balancer attributes". */
export function dropInvalidFields(headers: HeaderList): HeaderList {
  const isValid = /^[-A-Za-z\d]+$/
  return headers.filter(([name]) => isValid.test(name))
}

function withoutHost({ version }: Head, { hasHost }: KnownFields): Refusal | undefined {
  if (version !== '1.1' || hasHost) return undefined
  // RFC 9112, section 3.2.
  return badRequest('An HTTP/1.1 request must have a Host header field. Add "Host: <name>".')
}

/** HTTP/1.0 has no transfer codings, so it was made up on the way: RFC 9112, section 6.1. */
function hasFaultyFraming({ version }: Head, { transferEncoding }: KnownFields): boolean {
  return version === '1.0' && transferEncoding.length > 0
}

function blocked(classification: Classification | undefined, mode: string): Refusal {
  return badRequest(
    `The request is ${classification?.kind} (${classification?.reason}), which desync mitigation mode ${quote(mode)} blocks. ` +
      'Mend the request, or choose a more lenient mode.',
  )
}

function checkForwardedFor(values: readonly string[]): Refusal | undefined {
  const count = values
    .join(',')
    .split(',')
    .filter((item) => item.trim() !== '').length
  if (count <= FORWARDED_FOR_LIMIT) return undefined
  return {
    status: 463,
    explanation:
      `X-Forwarded-For has ${count} addresses; an ALB takes ${FORWARDED_FOR_LIMIT}. ` +
      'A loop between proxies is the usual cause.',
  }
}
