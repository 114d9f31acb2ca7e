import type { Transform } from '../definition.js'
import type { JsonValue } from './json-value.js'
import { readRegex } from './read-condition.js'

const CONFIG_OF = {
  'host-header-rewrite': 'HostHeaderRewriteConfig',
  'url-rewrite': 'UrlRewriteConfig',
} as const

const TYPES = Object.keys(CONFIG_OF) as readonly (keyof typeof CONFIG_OF)[]

/**
 * Reads a rule's `Transforms` (AWS: "Transforms for listener rules"): at most one of each type, in the order in which they
 * stand.
 *
 * @throws {ConfigurationError}
 */
export function readTransforms(json: JsonValue): readonly Transform[] {
  const seen = new Set<string>()
  return json.items().map((item) => {
    const type = item.at('Type').oneOf(TYPES)
    if (seen.has(type)) throw item.at('Type').wrong(`a rule has at most one ${type} transform`)
    seen.add(type)
    const rewrites = item.at(CONFIG_OF[type]).at('Rewrites')
    if (rewrites.items().length === 0) throw rewrites.wrong('it must hold a rewrite')
    return { type, rewrites: rewrites.items().map(readRewrite) }
  })
}

function readRewrite(json: JsonValue): Transform['rewrites'][number] {
  const replace = json.at('Replace').value
  if (typeof replace !== 'string')
    throw json.at('Replace').wrong('it must be a string, such as "/v2/$1"')
  return { regex: readRegex(json.at('Regex')), replace }
}
