import type { Endpoint, HeaderField } from '../message.js'
import type { Settings } from '../options.js'

/**
 * The `X-Forwarded-For` fields that a target gets, by `routing.http.xff_header_processing.mode` (ALB user guide,
 * "X-Forwarded-For"). `preserve` and `remove` win over `routing.http.xff_client_port.enabled`.
 *
 * An IPv6 address is bare when it stands alone, and in brackets when it is appended or has a port.
 *
 * @param fields those of the client, as sent
 */
export function toForwardedForFields(
  fields: readonly HeaderField[],
  client: Endpoint,
  settings: Pick<Settings, 'xForwardedFor' | 'xForwardedForClientPort'>,
): readonly HeaderField[] {
  if (settings.xForwardedFor === 'remove') return []
  if (settings.xForwardedFor === 'preserve') return fields
  const before = fields.flatMap(([, value]) => value || []).join(', ')
  const withPort = settings.xForwardedForClientPort
  const isBracketed = client.address.includes(':') && (withPort || before !== '')
  const address = isBracketed ? `[${client.address}]` : client.address
  const hop = withPort ? `${address}:${client.port}` : address
  return [['X-Forwarded-For', before === '' ? hop : `${before}, ${hop}`]]
}
