import type { HeaderField } from '../message.js'

/**
 * The JSON object of a map in an event, its keys in alphabetical order as in every captured event. Written by hand: an
 * object of JavaScript would put keys such as `10` first and take `__proto__` for something else.
 *
 * @param pairs in order of arrival; put into order in place
 * @param isMulti every key has an array of all its values; otherwise its last value only
 */
export function toJsonMap(pairs: HeaderField[], isMulti: boolean): string {
  // Sorting is stable: the values of a name keep their order.
  if (pairs.length > 1) pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
  let text = ''
  let name: string | undefined
  let values = ''
  for (const pair of pairs) {
    const value = quote(pair[1])
    if (pair[0] !== name) {
      if (name !== undefined) text += toMember(name, values, isMulti)
      ;[name] = pair
      values = value
    } else {
      values = isMulti ? `${values},${value}` : value
    }
  }
  if (name !== undefined) text += toMember(name, values, isMulti)
  return `{${text.slice(0, -1)}}`
}

function toMember(name: string, values: string, isMulti: boolean): string {
  const key = quote(name)
  return isMulti ? `${key}:[${values}],` : `${key}:${values},`
}

/** A string as JSON; by far most need no escapes, and a look is faster than `JSON.stringify`. */
function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

// eslint-disable-next-line no-control-regex -- JSON escapes them
const ESCAPED = /["\\\0-\x1f]/
