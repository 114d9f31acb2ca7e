/**
 * How the load balancer behaves. Attributes that AWS has bear AWS's defaults. Where AWS's behaviour is unknown or
 * disputed the option is a switch, and says what is known.
 */
export interface AlbOptions {
  // --- Load balancer attributes (AWS: "Application Load Balancers", section "Load balancer attributes")

  /** `routing.http.xff_header_processing.mode`: what becomes of the client's `X-Forwarded-For`. Default `append`. */
  readonly xForwardedFor?: 'append' | 'preserve' | 'remove'
  /** `routing.http.xff_client_port.enabled`: add the client's port to `X-Forwarded-For`. Default `false`. */
  readonly xForwardedForClientPort?: boolean
  /** `routing.http.preserve_host_header.enabled`: leave `Host` alone. Default `false`. */
  readonly preserveHostHeader?: boolean
  /** `routing.http.drop_invalid_header_fields.enabled`: drop names outside `[-A-Za-z0-9]+`. Default `false`. */
  readonly dropInvalidHeaderFields?: boolean
  /** `routing.http.desync_mitigation_mode`. Default `defensive`. */
  readonly desyncMitigationMode?: 'monitor' | 'defensive' | 'strictest'
  /** `routing.http.x_amzn_tls_version_and_cipher_suite.enabled`. Default `false`. */
  readonly tlsHeaders?: boolean
  /** `idle_timeout.timeout_seconds`, 1 to 4000. Default 60. */
  readonly idleTimeoutSeconds?: number
  /** Listener attribute `routing.http.response.server.enabled`: send `Server: awselb/2.0`. Default `true`. */
  readonly serverHeader?: boolean

  // --- The target group of a single target (with rules, each group has its own)

  /** Target group attribute `lambda.multi_value_headers.enabled`. Default `false`, as in AWS. */
  readonly multiValueHeaders?: boolean

  // --- What the load balancer is taken for

  /** The port that the listener shows to targets and in the logs. Default: the port it really listens on. */
  readonly listenerPort?: number
  /** The load balancer's DNS name, for HTTP/1.0 requests without `Host`. Default `localhost`. */
  readonly dnsName?: string

  // --- Switches: unknown or disputed facts. See docs/local-alb.md.

  /** An HTTP/2 client may split its cookies into several fields. RFC 9113 8.2.3 joins them. Default `join`. */
  readonly h2CookieCrumbs?: 'join' | 'keep'
  /** A header field with an empty value: passed on or dropped. Default `keep`. */
  readonly emptyHeaderValues?: 'keep' | 'drop'
  /** A query parameter with an empty name (`?=v`): passed on as `""` or dropped. Default `keep`. */
  readonly emptyQueryKeys?: 'keep' | 'drop'
  /** `isBase64Encoded` of an empty body. Seen: `false` over HTTP/1.1, `true` over HTTP/2. Default `h2`. */
  readonly emptyBodyBase64?: 'h2' | 'always' | 'never'
  /** Whether a text body in another charset than UTF-8 goes in base64 instead of being refused. Default `false`. */
  readonly charsetAware?: boolean
  /** Resolve `.`, `..` and `//` in the path. Default `false`. */
  readonly normalizePath?: boolean
  /** Largest request body for a function, in bytes. AWS says 1 MB. Default 1,048,576. */
  readonly requestBodyLimit?: number
  /** Largest result of a function, in bytes of JSON. AWS says 1 MB. Default 1,048,576. */
  readonly resultLimit?: number
  /** The client's status for `LambdaBadRequest` (header or body that is not UTF-8). Default 400. */
  readonly badRequestStatus?: number
  /** The client's status for header fields over the limits. AWS lists both 400 and 413. Default 400. */
  readonly longHeaderStatus?: 400 | 413
  /** Whether a function that runs longer than the idle timeout ends in 504. Default `false`: wait for Lambda. */
  readonly idleTimeoutEndsInvocation?: boolean
  /** The form of a health check's event in multi-value mode. Default `multi`. */
  readonly multiValueHealthCheckEvent?: 'multi' | 'single'
  /** Only the other mode's header field in a result: 502 or ignored. Both were seen. Default `refuse`. */
  readonly wrongHeaderForm?: 'refuse' | 'ignore'
  /** A `statusCode` that is no integer from 200 to 599. Default `refuse`. */
  readonly oddStatusCode?: 'refuse' | 'accept'
  /** A `statusDescription` that is not `"<code> <phrase>"`. Default `refuse`. */
  readonly oddStatusDescription?: 'refuse' | 'accept'
  /** A body that is not valid base64 under `isBase64Encoded: true`. Default `refuse`. */
  readonly invalidBase64?: 'refuse' | 'accept'
  /** The order of response header fields, and of the values of one. Seen: reversed. AWS: unspecified. Default `reverse`. */
  readonly responseHeaderOrder?: 'reverse' | 'keep'
  /** Make a relative `Location` absolute, with the request's scheme and host. Default `true`. */
  readonly absoluteLocation?: boolean
  /** `Content-Length` in answer to HEAD: a string that the function gave, else none or the length of its body. Default `function`. */
  readonly headContentLength?: 'function' | 'computed'
  /** `Content-Type` when the function gave none. Default `application/octet-stream`; `none`: leave it out. */
  readonly defaultContentType?: string
  /** Send non-ASCII characters of a result's header values as UTF-8 bytes or refuse them. Default `utf8`. */
  readonly nonAsciiHeaders?: 'utf8' | 'refuse'
}

/** Options with their defaults filled in. */
export type Settings = Required<Omit<AlbOptions, 'listenerPort'>> & Pick<AlbOptions, 'listenerPort'>

export const DEFAULTS: Settings = {
  xForwardedFor: 'append',
  xForwardedForClientPort: false,
  preserveHostHeader: false,
  dropInvalidHeaderFields: false,
  desyncMitigationMode: 'defensive',
  tlsHeaders: false,
  idleTimeoutSeconds: 60,
  serverHeader: true,
  multiValueHeaders: false,
  dnsName: 'localhost',
  h2CookieCrumbs: 'join',
  emptyHeaderValues: 'keep',
  emptyQueryKeys: 'keep',
  emptyBodyBase64: 'h2',
  charsetAware: false,
  normalizePath: false,
  requestBodyLimit: 1_048_576,
  resultLimit: 1_048_576,
  badRequestStatus: 400,
  longHeaderStatus: 400,
  idleTimeoutEndsInvocation: false,
  multiValueHealthCheckEvent: 'multi',
  wrongHeaderForm: 'refuse',
  oddStatusCode: 'refuse',
  oddStatusDescription: 'refuse',
  invalidBase64: 'refuse',
  responseHeaderOrder: 'reverse',
  absoluteLocation: true,
  headContentLength: 'function',
  defaultContentType: 'application/octet-stream',
  nonAsciiHeaders: 'utf8',
}

type Check = { readonly expected: string; readonly accepts: (value: unknown) => boolean }

const oneOf = (...values: readonly (string | number)[]): Check => ({
  expected: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
  accepts: (value) => values.some((candidate) => candidate === value),
})
const integer = (min: number, max: number): Check => ({
  expected: `an integer from ${min} to ${max}`,
  accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
})
const truth: Check = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}
const text: Check = {
  expected: 'a string that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
}

const CHECKS: { readonly [Name in keyof AlbOptions]-?: Check } = {
  xForwardedFor: oneOf('append', 'preserve', 'remove'),
  xForwardedForClientPort: truth,
  preserveHostHeader: truth,
  dropInvalidHeaderFields: truth,
  desyncMitigationMode: oneOf('monitor', 'defensive', 'strictest'),
  tlsHeaders: truth,
  idleTimeoutSeconds: integer(1, 4000),
  serverHeader: truth,
  multiValueHeaders: truth,
  listenerPort: integer(1, 65_535),
  dnsName: text,
  h2CookieCrumbs: oneOf('join', 'keep'),
  emptyHeaderValues: oneOf('keep', 'drop'),
  emptyQueryKeys: oneOf('keep', 'drop'),
  emptyBodyBase64: oneOf('h2', 'always', 'never'),
  charsetAware: truth,
  normalizePath: truth,
  requestBodyLimit: integer(0, 2 ** 30),
  resultLimit: integer(0, 2 ** 30),
  badRequestStatus: integer(400, 599),
  longHeaderStatus: oneOf(400, 413),
  idleTimeoutEndsInvocation: truth,
  multiValueHealthCheckEvent: oneOf('multi', 'single'),
  wrongHeaderForm: oneOf('refuse', 'ignore'),
  oddStatusCode: oneOf('refuse', 'accept'),
  oddStatusDescription: oneOf('refuse', 'accept'),
  invalidBase64: oneOf('refuse', 'accept'),
  responseHeaderOrder: oneOf('reverse', 'keep'),
  absoluteLocation: truth,
  headContentLength: oneOf('function', 'computed'),
  defaultContentType: text,
  nonAsciiHeaders: oneOf('utf8', 'refuse'),
}

/**
 * Checks options and fills in defaults; an option that is `undefined` has its default.
 *
 * @throws {TypeError} naming the option, the value and what it may be
 */
export function resolveOptions(options: AlbOptions = {}): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof AlbOptions] : undefined
    if (check === undefined) {
      const known = Object.keys(CHECKS).join(', ')
      throw new TypeError(`Unknown option "${name}". The options are: ${known}`)
    }
    if (!check.accepts(value)) {
      throw new TypeError(
        `Option "${name}" is ${JSON.stringify(value)}; it must be ${check.expected}`,
      )
    }
  }
  return { ...DEFAULTS, ...Object.fromEntries(given) }
}

/** The names of all options, for help texts. */
export const OPTION_NAMES: readonly string[] = Object.keys(CHECKS)
