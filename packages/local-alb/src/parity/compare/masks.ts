import { ParityError } from '../parity-error.js'
import { type JsonPathPattern, type JsonPlace, parseJsonPath } from './json-path.js'

export interface MaskOptions {
  /** Names of header fields; `*` stands for anything. */
  readonly ignoreHeader?: readonly string[] | undefined
  /** Names of cookies whose values do not count; `*` stands for anything. */
  readonly ignoreCookie?: readonly string[] | undefined
  readonly ignoreJsonPath?: readonly string[] | undefined
  /** Regular expressions, bare or as `/…/flags`. */
  readonly ignoreRegex?: readonly string[] | undefined
}

/** What does not count because the user says so. */
export interface Masks {
  header(name: string): boolean
  cookie(name: string): boolean
  json(place: JsonPlace): boolean
  /** The text with the same word in the place of all that is masked. */
  text(text: string): string
}

/** @throws {ParityError} naming the option and what is wrong with its value */
export function createMasks(options: MaskOptions): Masks {
  const headers = (options.ignoreHeader ?? []).map((name) => toNamePattern(name, 'i'))
  const cookies = (options.ignoreCookie ?? []).map((name) => toNamePattern(name, ''))
  const paths: JsonPathPattern[] = (options.ignoreJsonPath ?? []).map(parseJsonPath)
  const expressions = (options.ignoreRegex ?? []).map(toExpression)
  return {
    header: (name) => headers.some((pattern) => pattern.test(name)),
    cookie: (name) => cookies.some((pattern) => pattern.test(name)),
    json: (place) => paths.some((pattern) => pattern(place)),
    text: (text) =>
      expressions.reduce((masked, expression) => masked.replaceAll(expression, MASK), text),
  }
}

/** A character that no readable text has. */
const MASK = '\uFFFC'

function toNamePattern(name: string, flags: string): RegExp {
  const parts = name
    .trim()
    .split('*')
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, flags)
}

function toExpression(text: string): RegExp {
  const [, body = text, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? []
  try {
    const expression = new RegExp(body, [...new Set(`g${flags.replaceAll('y', '')}`)].join(''))
    if (!expression.test('')) return expression
  } catch (error) {
    throw new ParityError(`--ignore-regex ${text}: ${(error as Error).message}`)
  }
  throw new ParityError(`--ignore-regex ${text} matches the empty text, and so everything`)
}
