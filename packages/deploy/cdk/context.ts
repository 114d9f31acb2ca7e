import { defaults } from './defaults.js'
import type { AlbFunctionProps } from './props.js'
import { requiredNames } from './settings.js'

/**
 * Properties from CDK's context, where values are texts when they come from the command line, and what JSON has when
 * they come from `cdk.json`.
 *
 * @throws an error that names each property that is missing, unknown or of another type.
 */
export function toProps(context: Readonly<Record<string, unknown>>): AlbFunctionProps {
  const problems: string[] = []
  const props: Record<string, unknown> = {}
  const types: Readonly<Record<string, unknown>> = { name: '', testHeaderValue: '', ...defaults }
  for (const [name, value] of Object.entries(context)) {
    if (Object.hasOwn(types, name)) {
      const [read, called] = kinds[kindOf(types[name])]
      const parsed = read(value)
      if (parsed === undefined) {
        problems.push(`${name} is ${JSON.stringify(value)}: give ${called}`)
      } else props[name] = parsed
    } else if (/^[a-z][A-Za-z0-9]*$/.test(name)) {
      // CDK's own keys hold a colon, a slash or a hyphen.
      problems.push(`${name} is not a property: there are ${Object.keys(types).join(', ')}`)
    }
  }
  for (const name of requiredNames) {
    if (!Object.hasOwn(context, name)) {
      problems.push(`${name} is missing: add -c ${name}=… or say it under "context" in cdk.json`)
    }
  }
  if (problems.length > 0) throw new Error(['The context is not right:', ...problems].join('\n- '))
  // Each value has the type of its default, and the required ones are there.
  return props as unknown as AlbFunctionProps
}

type Kind = 'text' | 'number' | 'boolean' | 'list' | 'texts'

function kindOf(example: unknown): Kind {
  if (Array.isArray(example)) return 'list'
  if (typeof example === 'object') return 'texts'
  if (typeof example === 'number') return 'number'
  return typeof example === 'boolean' ? 'boolean' : 'text'
}

/** How each kind is read, undefined for what it is not, and how it is called. */
const kinds: Readonly<Record<Kind, readonly [(value: unknown) => unknown, string]>> = {
  text: [(value) => (typeof value === 'string' ? value : undefined), 'a text'],
  number: [toNumber, 'a number'],
  boolean: [toBoolean, 'true or false'],
  list: [toList, 'texts, with commas between them'],
  texts: [toTexts, 'JSON such as {"LOG_LEVEL":"info"}'],
}

function toBoolean(value: unknown): boolean | undefined {
  if (value === 'true' || value === true) return true
  return value === 'false' || value === false ? false : undefined
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function toList(value: unknown): readonly string[] | undefined {
  const list: unknown = typeof value === 'string' ? splitList(value) : value
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined
}

function splitList(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function toTexts(value: unknown): Readonly<Record<string, string>> | undefined {
  const texts = typeof value === 'string' ? parseJson(value) : value
  const isOne =
    typeof texts === 'object' &&
    texts !== null &&
    !Array.isArray(texts) &&
    Object.values(texts).every((text) => typeof text === 'string')
  return isOne ? (texts as Readonly<Record<string, string>>) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
