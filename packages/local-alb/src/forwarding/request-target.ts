import { RefusedError } from '../message.js'

export interface RequestTarget {
  /** Starts with `/`; nothing decoded. */
  readonly path: string
  /** What follows the first `?`; `undefined` without one. */
  readonly query: string | undefined
  /** Host and port of an absolute-form target. */
  readonly authority: string | undefined
}

/**
 * Splits the target of a request line. Nothing is decoded or encoded: listener rules "do not alter" a path, and targets
 * see the escapes that the client wrote.
 *
 * @throws {RefusedError} 400 for a target that is neither a path nor an `http(s)` URL
 */
export function parseRequestTarget(target: string): RequestTarget {
  let rest = target
  let authority: string | undefined
  if (!target.startsWith('/')) {
    const match = ABSOLUTE_FORM.exec(target)
    authority = match?.[1]
    if (match === null || authority === undefined) {
      throw new RefusedError({
        status: 400,
        explanation: `The request target is ${JSON.stringify(target)}; it must be a path that starts with "/" or an http:// or https:// URL`,
      })
    }
    rest = target.slice(match[0].length)
    if (!rest.startsWith('/')) rest = `/${rest}`
  }
  const mark = rest.indexOf('?')
  return {
    path: mark === -1 ? rest : rest.slice(0, mark),
    query: mark === -1 ? undefined : rest.slice(mark + 1),
    authority,
  }
}

// Scheme, user information (which has no place in HTTP: RFC 9110, section 4.2.4), then host and port.
const ABSOLUTE_FORM = /^https?:\/\/(?:[^/?#]*@)?([^/?#@]+)(?=[/?#]|$)/i

/** A path without empty segments, `.` and `..`, as RFC 3986, section 5.2.4, removes them. */
export function normalizePath(path: string): string {
  const kept: string[] = []
  const segments = path.split('/')
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  const isFolder = last === '' || last === '.' || last === '..'
  return kept.length === 0 ? '/' : `/${kept.join('/')}${isFolder ? '/' : ''}`
}
