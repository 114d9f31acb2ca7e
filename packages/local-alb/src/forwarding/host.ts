import type { HeaderField } from '../message.js'
import type { Settings } from '../options.js'
import { toLowerCase } from './lower-case.js'

/** Where a request can say which host it is for. */
export interface HostSources {
  /** The `Host` fields, as sent and in order. */
  readonly fields: readonly HeaderField[]
  /** Of an absolute-form target. */
  readonly targetAuthority: string | undefined
  /** HTTP/2's `:authority`. */
  readonly authority: string | undefined
}

/**
 * The `Host` fields that a target gets (ALB user guide, "Host header preservation"): on the ports 80 and 443 a port is
 * taken off, on others the listener's is added when there is none; the URL of an absolute-form request wins over
 * `Host`. With `routing.http.preserve_host_header.enabled` all fields stay as they came.
 *
 * A request of HTTP/1.0 without a host gets the load balancer's DNS name ("How Elastic Load Balancing works", "HTTP
 * connections").
 */
export function toHostFields(
  { fields, targetAuthority, authority }: HostSources,
  listenerPort: number,
  settings: Pick<Settings, 'preserveHostHeader' | 'dnsName'>,
): readonly HeaderField[] {
  const own = authority ?? fields[0]?.[1] ?? ''
  if (settings.preserveHostHeader) {
    return fields.length > 0 ? fields : [['Host', own || settings.dnsName]]
  }
  const host = toLowerCase(targetAuthority ?? (own || settings.dnsName))
  return [['Host', withListenerPort(host, listenerPort)]]
}

function withListenerPort(host: string, listenerPort: number): string {
  const colon = host.lastIndexOf(':')
  // In an IPv6 address the colons are within brackets.
  const hasColon = colon > host.lastIndexOf(']')
  const name = hasColon ? host.slice(0, colon) : host
  if (listenerPort === 80 || listenerPort === 443) return name
  const hasPort = hasColon && colon < host.length - 1
  return hasPort ? host : `${name}:${listenerPort}`
}
