import type { AlbOptions } from '../../options.js'
import { JsonValue } from './json-value.js'

/** Attributes by name, as `describe-load-balancer-attributes` and its like print them. */
export type Attributes = ReadonlyMap<string, JsonValue>

/**
 * Reads `{ "Attributes": [{ "Key": …, "Value": … }] }`, that array alone, or the short form `{ "<key>": <value> }`.
 *
 * @throws {ConfigurationError}
 */
export function readAttributes(json: JsonValue): Attributes {
  if (json.isAbsent) return new Map()
  const isPrinted = json.isObject && !json.at('Attributes').isAbsent
  if (json.isObject && !isPrinted) return new Map(json.entries())
  const list = isPrinted ? json.at('Attributes') : json
  return new Map(
    list
      .items()
      .map((item) => [
        item.at('Key').text(),
        new JsonValue(item.at('Value').value, `${item.path} ${item.at('Key').shown}`),
      ]),
  )
}

type Warn = (sentence: string) => void

/**
 * The options that say the same as a load balancer's and its listener's attributes. Attributes that have no effect on
 * requests and answers are passed over; those that would have one and are not emulated are told of.
 *
 * @throws {ConfigurationError} for a value that the attribute cannot have
 */
export function toOptions(loadBalancer: Attributes, listener: Attributes, warn: Warn): AlbOptions {
  const options: Record<string, unknown> = {}
  for (const [key, value] of [...loadBalancer, ...listener]) {
    const known = OPTION_OF[key]
    if (known) options[known.option] = known.read(value)
    else if (hasEffect(key, value))
      warn(`${value.path} is ${value.shown}; local-alb does not do that`)
  }
  // The table beside it pairs names and readers of `AlbOptions`.
  return options
}

interface KnownAttribute {
  readonly option: keyof AlbOptions
  readonly read: (value: JsonValue) => unknown
}

const flag = (value: JsonValue): boolean => value.flag()

const OPTION_OF: Readonly<Record<string, KnownAttribute | undefined>> = {
  // A key that a file has, such as `constructor`, must find nothing else.
  __proto__: null as never,
  'idle_timeout.timeout_seconds': {
    option: 'idleTimeoutSeconds',
    read: (value) => value.integer(1, 4000),
  },
  'routing.http.desync_mitigation_mode': {
    option: 'desyncMitigationMode',
    read: (value) => value.oneOf(['monitor', 'defensive', 'strictest']),
  },
  'routing.http.drop_invalid_header_fields.enabled': {
    option: 'dropInvalidHeaderFields',
    read: flag,
  },
  'routing.http.preserve_host_header.enabled': { option: 'preserveHostHeader', read: flag },
  'routing.http.response.server.enabled': { option: 'serverHeader', read: flag },
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': { option: 'tlsHeaders', read: flag },
  'routing.http.xff_client_port.enabled': { option: 'xForwardedForClientPort', read: flag },
  'routing.http.xff_header_processing.mode': {
    option: 'xForwardedFor',
    read: (value) => value.oneOf(['append', 'preserve', 'remove']),
  },
}

/** Set to something, and seen by clients or targets. */
function hasEffect(key: string, { value }: JsonValue): boolean {
  if (key === 'routing.http2.enabled') return value === 'false' || value === false
  const isHeader = key.endsWith('.header_value') || key.endsWith('.header_name')
  return isHeader && typeof value === 'string' && value !== '' && !isDefaultName(key, value)
}

/** Renaming `x_amzn_tls_version` to `X-Amzn-Tls-Version` is no renaming. */
function isDefaultName(key: string, value: string): boolean {
  const name = key.split('.').at(-2) ?? ''
  return key.endsWith('.header_name') && value.toLowerCase() === name.replaceAll('_', '-')
}

/** What `describe-target-group-attributes` says that matters here. */
export interface TargetGroupAttributes {
  readonly multiValueHeaders: boolean
}

export function readTargetGroupAttributes(json: JsonValue, warn: Warn): TargetGroupAttributes {
  const attributes = readAttributes(json)
  const stickiness = attributes.get('stickiness.enabled')
  if (stickiness?.flag() === true) {
    warn(
      `${stickiness.path} is true; local-alb does not bind clients to one target of a group, only to one group`,
    )
  }
  const algorithm = attributes.get('load_balancing.algorithm.type')
  if (algorithm && algorithm.value !== 'round_robin') {
    warn(`${algorithm.path} is ${algorithm.shown}; local-alb goes round its targets (round_robin)`)
  }
  return {
    multiValueHeaders: attributes.get('lambda.multi_value_headers.enabled')?.flag() ?? false,
  }
}
