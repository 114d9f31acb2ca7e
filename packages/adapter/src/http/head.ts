import type { ServerResponse } from 'node:http'
import { isAscii } from '../byte-length.js'
import { endToEnd } from '../hop-by-hop.js'

/** What `ServerResponse._storeHeader` is given: any form `writeHead` takes, or the set headers. */
export type HeadArgument = Record<string, unknown> | readonly unknown[] | null | undefined

/**
 * The fields of a response head as raw pairs of strings, in writing order, without those that concern
 * the connection only.
 *
 * `headers` is the response's own collection when `setHeader` was used (`writeHead` then merges its
 * argument into that), otherwise what `writeHead` was given. `Date` and `Content-Length` are there
 * only when the app set them: the load balancer adds both.
 */
export function toRawHeaders(res: ServerResponse, headers: HeadArgument): readonly string[] {
  const raw: string[] = []
  if (Array.isArray(headers)) {
    const list: readonly unknown[] = Array.isArray(headers[0])
      ? // Whatever else is in a pair, Node does not look at.
        (headers as [unknown, unknown][]).flatMap(([name, value]) => [name, value])
      : headers
    for (let i = 0; i < list.length; i += 2) add(raw, list[i] as string, list[i + 1])
  } else {
    let own: boolean | undefined
    for (const key of Object.keys(headers ?? {})) {
      const value = (headers as Record<string, unknown>)[key]
      own ??= res.hasHeader(key)
      // The collection holds, under the lower-case name, the name as given and the value.
      const held = value as readonly [string, unknown]
      add(raw, own ? held[0] : key, own ? held[1] : value)
    }
  }
  return endToEnd(raw)
}

function add(raw: string[], name: string, value: unknown): void {
  if (Array.isArray(value)) {
    for (const one of value) raw.push(name, toText(one))
  } else raw.push(name, toText(value))
}

/**
 * Node writes a header's characters as single bytes, so UTF-8 in a header is a string of its bytes
 * (`Ã©` for `é`). A result is JSON: it takes the text those bytes mean, and the load balancer makes
 * them bytes again. What is not UTF-8 stays as it is.
 */
export function toText(held: unknown): string {
  const value = String(held)
  if (isAscii(value)) return value
  const text = Buffer.from(value, 'latin1').toString()
  return text.includes('\uFFFD') ? value : text
}
