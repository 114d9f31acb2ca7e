import type { HeaderField } from '../message.js'
import type { Settings } from '../options.js'
import { isPlain, toWireText } from './header-text.js'
import { describe, invalidResult } from './invalid-result.js'

/** The members of a result that hold header fields: which one counts depends on the target group, never on the result. */
export interface HeaderMembers {
  readonly headers?: unknown
  readonly multiValueHeaders?: unknown
}

/**
 * The header fields of a result, one for each value, in the order of the JSON.
 *
 * The other form's member is ignored next to the right one, whatever it holds: Go functions send `null` there, others
 * send both. Alone it is refused, or ignored, as `wrongHeaderForm` says.
 *
 * @throws {RefusedError} for `null`, for values that are not strings (arrays of strings), for names and values that no
 * header can have
 */
export function readHeaderFields(
  result: HeaderMembers,
  isMulti: boolean,
  settings: Pick<Settings, 'wrongHeaderForm' | 'nonAsciiHeaders'>,
): HeaderField[] {
  const member = isMulti ? 'multiValueHeaders' : 'headers'
  const map = result[member]
  if (map === undefined) {
    if (settings.wrongHeaderForm === 'refuse') refuseWrongForm(result, isMulti)
    return []
  }
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw invalidResult(
      `${member} is ${describe(map)}; the ALB takes an object only, so send {} or leave it out`,
    )
  }
  const fields: HeaderField[] = []
  for (const [name, held] of Object.entries(map) as [string, unknown][]) {
    checkName(name, member)
    if (isMulti) {
      for (const value of toValues(held, name, settings)) fields.push([name, value])
    } else if (typeof held === 'string' && isPlain(held)) {
      fields.push([name, held])
    } else {
      fields.push([name, toValue(held, `headers[${JSON.stringify(name)}]`, settings)])
    }
  }
  return fields
}

type ValueSettings = Pick<Settings, 'nonAsciiHeaders'>

function toValues(held: unknown, name: string, settings: ValueSettings): string[] {
  const where = `multiValueHeaders[${JSON.stringify(name)}]`
  if (!Array.isArray(held)) {
    throw invalidResult(
      `${where} is ${describe(held)}; in multi-value mode the ALB takes arrays of strings only, such as ["value"]`,
    )
  }
  return held.map((value: unknown, index) => toValue(value, `${where}[${index}]`, settings))
}

function toValue(value: unknown, where: string, settings: ValueSettings): string {
  if (typeof value === 'string') return toWireText(value, where, settings)
  const remedy = Array.isArray(value)
    ? 'join its values or turn on lambda.multi_value_headers.enabled'
    : typeof value === 'object'
      ? 'send a string or leave the header out'
      : `send ${JSON.stringify(JSON.stringify(value))}`
  throw invalidResult(`${where} is ${describe(value)}; the ALB takes strings only, so ${remedy}`)
}

function refuseWrongForm(result: HeaderMembers, isMulti: boolean): void {
  const [right, wrong] = isMulti
    ? (['multiValueHeaders', 'headers'] as const)
    : (['headers', 'multiValueHeaders'] as const)
  const other = result[wrong]
  if (typeof other !== 'object' || other === null || Object.keys(other).length === 0) return
  throw invalidResult(
    `The result has ${wrong} but no ${right}, and the target group is in ${isMulti ? 'multi' : 'single'}-value mode, where the ALB reads ${right} only; answer in the form of the event`,
  )
}

function checkName(name: string, member: string): void {
  if (knownNames.has(name)) return
  if (!TOKEN.test(name)) {
    throw invalidResult(
      `${member} has the name ${JSON.stringify(name)}, which is no header name; use letters, digits and hyphens`,
    )
  }
  if (knownNames.size < MOST_KNOWN && name.length <= LONGEST_KNOWN) knownNames.add(name)
}

// RFC 9110, section 5.6.2.
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/

// A look into this set is the fastest test, and functions send the same few names every time.
const knownNames = new Set<string>()
const MOST_KNOWN = 500
const LONGEST_KNOWN = 64
