import { BlockList, isIP, isIPv4 } from 'node:net'
import { fieldValues } from '../message.js'
import type { ForwardedRequest } from '../targets/target.js'
import type { Condition } from './definition.js'
import { splitHost } from './hostname.js'
import { normalizePath } from './normalize-path.js'
import { compileRegex } from './regular-expression.js'
import { compileWildcard } from './wildcard.js'

/** Whether a request satisfies a condition. The address is that of the connection's other end. */
export type Predicate = (request: ForwardedRequest, clientAddress: string) => boolean

/**
 * Compiles one condition; it holds when one of its values matches (AWS: "Condition types for listener rules").
 *
 * @throws {SyntaxError} when a regular expression is none, or an address block
 */
export function compileCondition(condition: Condition): Predicate {
  switch (condition.field) {
    case 'host-header':
      return hostHeader(condition.values, condition.regex)
    case 'path-pattern': {
      const path = valueMatcher(condition.values, condition.regex, { ignoreCase: false })
      return (request) => path(normalizePath(request.path))
    }
    case 'http-header': {
      const value = valueMatcher(condition.values, condition.regex, { ignoreCase: true })
      return (request) => fieldValues(request.headers, condition.name).some(value)
    }
    case 'http-request-method':
      return (request) => condition.values.includes(request.method)
    case 'query-string':
      return queryString(condition.values)
    case 'source-ip':
    default:
      return sourceIp(condition.values)
  }
}

/**
 * Names are compared without case and without the port, which these values cannot hold. Regular expressions may name a
 * port, as those for other ports than 80 and 443 do: they are tried on the field as the target gets it, then without port.
 * With `preserve_host_header` there may be several fields; the first one counts (AWS: "Host header preservation").
 */
function hostHeader(values: readonly string[], regex: boolean): Predicate {
  const matches = valueMatcher(values, regex, { ignoreCase: true })
  return (request) => {
    const host = fieldValues(request.headers, 'host')[0]
    if (host === undefined) return false
    return (regex && matches(host)) || matches(splitHost(host).name)
  }
}

/**
 * Compared without case, key and value with wildcards, as they stand in the URL: the load balancer decodes no query strings.
 * A value without a key is looked for under any key.
 */
function queryString(
  values: readonly { readonly key?: string; readonly value: string }[],
): Predicate {
  const syntax = { ignoreCase: true, escapes: true }
  const pairs = values.map(({ key = '*', value }) => ({
    key: compileWildcard(key, syntax),
    value: compileWildcard(value, syntax),
  }))
  return ({ query }) => {
    if (query === undefined) return false
    return query.split('&').some((parameter) => {
      const equals = parameter.indexOf('=')
      const key = equals === -1 ? parameter : parameter.slice(0, equals)
      const value = equals === -1 ? '' : parameter.slice(equals + 1)
      return parameter !== '' && pairs.some((pair) => pair.key(key) && pair.value(value))
    })
  }
}

/** The connection's address; what `X-Forwarded-For` says does not count. */
function sourceIp(blocks: readonly string[]): Predicate {
  const list = new BlockList()
  for (const block of blocks) {
    const { address, prefix } = parseAddressBlock(block)
    list.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6')
  }
  return (_request, client) =>
    isIP(client) !== 0 && list.check(client, isIPv4(client) ? 'ipv4' : 'ipv6')
}

/**
 * Takes a CIDR block such as `192.0.2.0/24` or `2001:db8::/32` apart.
 *
 * @throws {SyntaxError} when it is none
 */
export function parseAddressBlock(block: string): {
  readonly address: string
  readonly prefix: number
} {
  const slash = block.lastIndexOf('/')
  const address = block.slice(0, slash)
  const digits = block.slice(slash + 1)
  const bits = isIPv4(address) ? 32 : 128
  if (slash === -1 || isIP(address) === 0 || !/^\d{1,3}$/.test(digits) || Number(digits) > bits) {
    throw new SyntaxError(`"${block}" is not an address block such as "192.0.2.0/24"`)
  }
  return { address, prefix: Number(digits) }
}

function valueMatcher(
  values: readonly string[],
  regex: boolean,
  options: { readonly ignoreCase: boolean },
): (text: string) => boolean {
  if (regex) {
    const patterns = values.map((value) => compileRegex(value, options))
    return (text) => patterns.some((pattern) => pattern.test(text))
  }
  const patterns = values.map((value) => compileWildcard(value, { ...options, escapes: false }))
  return (text) => patterns.some((pattern) => pattern(text))
}
