import { parseAddressBlock } from '../conditions.js'
import type { Condition } from '../definition.js'
import type { JsonValue } from './json-value.js'
import { compileRegex } from '../regular-expression.js'

/** The fields that conditions have, and the member that holds the particulars of each. */
const CONFIG_OF = {
  'host-header': 'HostHeaderConfig',
  'path-pattern': 'PathPatternConfig',
  'http-header': 'HttpHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'query-string': 'QueryStringConfig',
  'source-ip': 'SourceIpConfig',
} as const

const FIELDS = Object.keys(CONFIG_OF) as readonly (keyof typeof CONFIG_OF)[]

/**
 * Reads one of a rule's `Conditions` (AWS: "RuleCondition").
 *
 * @throws {ConfigurationError}
 */
export function readCondition(json: JsonValue): Condition {
  const field = json.at('Field').oneOf(FIELDS)
  const config = json.at(CONFIG_OF[field])
  switch (field) {
    case 'host-header':
      return { field, ...readPatterns(json, config) }
    case 'path-pattern': {
      const { values, regex } = readPatterns(json, config)
      // So AWS writes an ampersand here: "& (using &amp;)".
      return { field, regex, values: values.map((value) => value.replaceAll('&amp;', '&')) }
    }
    case 'http-header': {
      const name = config.at('HttpHeaderName').text('it must be the name of a header field')
      if (name.toLowerCase() === 'host') {
        throw config.at('HttpHeaderName').wrong('use a condition with the field "host-header"')
      }
      return { field, name, ...readPatterns(json, config) }
    }
    case 'http-request-method':
      return {
        field,
        values: filled(valuesOf(json, config, 'Values')).map((value) => value.text()),
      }
    case 'query-string':
      return { field, values: filled(config.at('Values')).map(readPair) }
    case 'source-ip':
    default:
      return { field, values: filled(valuesOf(json, config, 'Values')).map(readBlock) }
  }
}

interface Patterns {
  readonly values: readonly string[]
  readonly regex: boolean
}

function readPatterns(json: JsonValue, config: JsonValue): Patterns {
  const expressions = valuesOf(json, config, 'RegexValues')
  const values = valuesOf(json, config, 'Values')
  if (expressions.items().length === 0) {
    return { regex: false, values: filled(values).map((value) => value.text()) }
  }
  if (values.items().length > 0) {
    throw expressions.wrong('a condition has either Values or RegexValues, not both')
  }
  return { regex: true, values: expressions.items().map(readRegex) }
}

/** AWS prints them twice: in the condition itself, as of old, and in its particulars. */
function valuesOf(json: JsonValue, config: JsonValue, name: 'Values' | 'RegexValues'): JsonValue {
  return config.isAbsent || config.at(name).isAbsent ? json.at(name) : config.at(name)
}

function filled(values: JsonValue): readonly JsonValue[] {
  if (values.items().length === 0) throw values.wrong('it must hold at least one value')
  return values.items()
}

/** Reads a regular expression of a condition or a transform. */
export function readRegex(json: JsonValue): string {
  const source = json.text('it must be a regular expression')
  try {
    compileRegex(source, { ignoreCase: false })
  } catch (error) {
    throw json.wrong(`it is no regular expression that can be used: ${(error as Error).message}`)
  }
  return source
}

function readPair(json: JsonValue): { readonly key?: string; readonly value: string } {
  const value = json.at('Value').text('it must be the value to look for; "*" stands for any')
  return json.at('Key').isAbsent ? { value } : { key: json.at('Key').text(), value }
}

function readBlock(json: JsonValue): string {
  const block = json.text('it must be an address block')
  try {
    parseAddressBlock(block)
  } catch {
    throw json.wrong(
      'it must be an address block in CIDR notation, such as "192.0.2.0/24" or "2001:db8::/32"',
    )
  }
  return block
}
