/**
 * A path as path-pattern conditions see it: "The rule evaluation is performed only after URI normalization occurs" (AWS:
 * "Path conditions"). AWS does not say which; RFC 3986 section 6.2.2 is taken: percent-encoded unreserved characters are
 * decoded, the digits of other escapes made upper case, `.` and `..` segments resolved. The target still gets the path as
 * it was sent.
 */
export function normalizePath(path: string): string {
  const decoded = path.includes('%') ? path.replaceAll(ESCAPE, decodeUnreserved) : path
  return decoded.includes('/.') ? removeDotSegments(decoded) : decoded
}

const ESCAPE = /%([0-9a-f]{2})/gi
const UNRESERVED = /[A-Za-z0-9\-._~]/

function decodeUnreserved(escape: string, digits: string): string {
  const character = String.fromCharCode(Number.parseInt(digits, 16))
  return UNRESERVED.test(character) ? character : escape.toUpperCase()
}

/** RFC 3986 section 5.2.4, for paths that start with `/`. */
function removeDotSegments(path: string): string {
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  const last = segments.at(-1)
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const endsInSlash = last === '.' || last === '..'
  return `/${kept.join('/')}${endsInSlash && kept.length > 0 ? '/' : ''}`
}
