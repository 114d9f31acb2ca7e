/** JSON text laid out for reading. */
export interface JsonPreview {
  readonly text: string
  /** Bytes of the JSON as it travelled. */
  readonly bytes: number
  /** Something was left out of `text`: the whole is in the download. */
  readonly truncated: boolean
}

const LONGEST_STRING = 4 * 1024
const LONGEST_TEXT = 256 * 1024

/** Lays JSON out, with very long strings (bodies) cut; text that is no JSON stays as it is. */
export function toJsonPreview(json: string): JsonPreview {
  const bytes = Buffer.byteLength(json)
  let cut = false
  const shorten = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'string' || value.length <= LONGEST_STRING) return value
    cut = true
    const rest = (value.length - LONGEST_STRING).toLocaleString('en-US')
    return `${value.slice(0, LONGEST_STRING)}… ${rest} more characters`
  }
  const text = layOut(json, shorten)
  const truncated = cut || text.length > LONGEST_TEXT
  return { text: text.slice(0, LONGEST_TEXT), bytes, truncated }
}

/** JSON with two spaces of indentation and a line break at its end, as fixtures are kept; other text as it is. */
export function toFixture(json: string): string {
  return `${layOut(json)}\n`
}

function layOut(json: string, replacer?: (key: string, value: unknown) => unknown): string {
  try {
    const value: unknown = JSON.parse(json)
    return JSON.stringify(value, replacer, 2)
  } catch {
    return json
  }
}
