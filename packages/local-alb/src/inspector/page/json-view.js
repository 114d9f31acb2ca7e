/// <reference lib="dom" />
import { element } from './dom.js'

/** Beyond this a page gets slow from the number of elements; the text is then shown plain. */
const LONGEST_COLOURED = 100_000

const TOKEN =
  /(?<key>"(?:\\.|[^"\\])*")(?=\s*:)|(?<string>"(?:\\.|[^"\\])*"?)|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<word>\b(?:true|false|null)\b)/g

/**
 * JSON in colours.
 *
 * @param {string} text
 */
export function jsonView(text) {
  const code = element('code')
  if (text.length > LONGEST_COLOURED) {
    code.append(text)
    return code
  }
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    const [kind = ''] =
      Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? []
    code.append(text.slice(end, match.index), element('span', { class: `j-${kind}` }, [match[0]]))
    end = match.index + match[0].length
  }
  code.append(text.slice(end))
  return code
}
