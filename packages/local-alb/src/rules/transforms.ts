import { type HeaderField, RefusedError } from '../message.js'
import type { ForwardedRequest } from '../targets/target.js'
import { toByteString } from './byte-string.js'
import type { Transform } from './definition.js'
import { splitHost } from './hostname.js'
import { compileRegex } from './regular-expression.js'

type Rewrite = Transform['rewrites'][number]

/**
 * The request as the rule's transforms leave it for the target (AWS: "Transforms for listener rules"). It stays the same
 * object when nothing matched.
 *
 * @throws {RefusedError} 500 when a transform matches and what comes of it is no path
 */
export function transform(
  request: ForwardedRequest,
  transforms: readonly Transform[] = [],
): ForwardedRequest {
  return transforms.reduce(
    (rewritten, { type, rewrites }) =>
      rewrites.reduce(type === 'url-rewrite' ? rewriteUrl : rewriteHost, rewritten),
    request,
  )
}

/**
 * The expression is compared with path and query together, so a `$` does not match before a `?`. Percent-encoded characters
 * that may stand in a path are decoded first and stay decoded in what is sent (`%3A` becomes `:`); AWS does not document
 * either, both were seen on real load balancers. Without a match the URL stays as it was sent.
 */
function rewriteUrl(request: ForwardedRequest, rewrite: Rewrite): ForwardedRequest {
  const query = request.query === undefined ? '' : `?${request.query}`
  const url = replaceMatch(`${decodePath(request.path)}${query}`, rewrite)
  if (url === undefined) return request
  if (!url.startsWith('/')) {
    throw new RefusedError({
      status: 500,
      explanation: `the url-rewrite transform ${JSON.stringify(rewrite.regex)} made ${JSON.stringify(url)} of the URL; let its replacement start with "/"`,
    })
  }
  const mark = url.indexOf('?')
  return mark === -1
    ? { ...request, path: encodeInvalid(url), query: undefined }
    : {
        ...request,
        path: encodeInvalid(url.slice(0, mark)),
        query: encodeInvalid(url.slice(mark + 1)),
      }
}

/**
 * Compared with the field as it is and, when that does not match, with the name alone; its port is then kept. So a rule that
 * was written for port 443 also does its work on a local port.
 */
function rewriteHost(request: ForwardedRequest, rewrite: Rewrite): ForwardedRequest {
  let first = true
  const headers = request.headers.map((field): HeaderField => {
    const [name, value] = field
    if (!first || name.toLowerCase() !== 'host') return field
    first = false
    const { name: host, port } = splitHost(value)
    const whole = replaceMatch(value, rewrite)
    const rewritten = whole ?? (port === '' ? undefined : replaceMatch(host, rewrite))
    if (rewritten === undefined) return field
    return [name, whole === undefined ? `${rewritten}${port}` : rewritten]
  })
  return headers.every((field, index) => field === request.headers[index])
    ? request
    : { ...request, headers }
}

/** `undefined` without a match. A group that the expression does not have is replaced by nothing, as seen on real ones. */
function replaceMatch(text: string, { regex, replace }: Rewrite): string | undefined {
  const match = compiledRegex(regex).exec(text)
  if (!match) return undefined
  const replacement = toByteString(replace).replaceAll(
    /\$(\d)/g,
    (_, digit: string) => match[Number(digit)] ?? '',
  )
  return `${text.slice(0, match.index)}${replacement}${text.slice(match.index + match[0].length)}`
}

const compiled = new Map<string, RegExp>()

function compiledRegex(source: string): RegExp {
  const known = compiled.get(source)
  if (known) return known
  const expression = compileRegex(source, { ignoreCase: false })
  compiled.set(source, expression)
  return expression
}

/** RFC 3986's `pchar` and `/`: decoded, they still are part of the path and end nothing. */
const PATH_CHARACTER = /[A-Za-z0-9\-._~!$&'()*+,;=:@/]/

function decodePath(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (escape: string, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16))
    return PATH_CHARACTER.test(character) ? character : escape
  })
}

/** A replacement may bring in what cannot stand in a request line. */
function encodeInvalid(text: string): string {
  return text.replaceAll(/[^\x21-\xff]|\x7f/g, (character) => encodeURIComponent(character))
}
