import type { ServerResponse } from 'node:http'

/** What `ServerResponse._storeHeader` is given: any form `writeHead` takes, or the set headers. */
export type HeadArgument = Record<string, unknown> | readonly unknown[] | null | undefined

/**
 * The fields of a response head as raw pairs of strings, in writing order, without those that concern
 * the connection only.
 *
 * `headers` is the response's own collection when `setHeader` was used (`writeHead` then merges its
 * argument into that), otherwise what `writeHead` was given.
 */
export function toRawHeaders(res: ServerResponse, headers: HeadArgument): readonly string[] {
  const head = new Head()
  if (Array.isArray(headers)) {
    addList(head, headers)
  } else if (headers) {
    const fields = headers as Record<string, unknown>
    let own: boolean | undefined
    for (const key in fields) {
      own ??= res.hasHeader(key)
      if (own) {
        // The collection holds, under the lower-case name, the name as given and the value.
        const entry = fields[key] as [string, unknown]
        head.add(key, entry[0], entry[1])
      } else if (Object.hasOwn(fields, key)) {
        head.add(key.toLowerCase(), key, fields[key])
      }
    }
  }
  if (res.sendDate && !head.dated) head.raw.push('Date', httpDate())
  return head.nominated === '' ? head.raw : withoutNominated(head.raw, head.nominated)
}

function addList(head: Head, list: readonly unknown[]): void {
  if (Array.isArray(list[0])) {
    for (const [name, value] of list as [string, unknown][])
      head.add(name.toLowerCase(), name, value)
  } else {
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i] as string
      head.add(name.toLowerCase(), name, list[i + 1])
    }
  }
}

/**
 * Fields for the next hop only (RFC 9110, section 7.6.1; the ALB drops them too). The load balancer
 * frames the response anew, so their values say nothing true of it.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

class Head {
  readonly raw: string[] = []
  dated = false
  /** The app's `Connection` field, which may name more fields of the connection. */
  nominated = ''

  add(key: string, name: string, value: unknown): void {
    if (HOP_BY_HOP.has(key)) {
      if (key === 'connection') this.nominated += `,${String(value)}`
      return
    }
    if (key === 'date') this.dated = true
    if (typeof value === 'string') {
      this.raw.push(name, toText(value))
    } else if (Array.isArray(value)) {
      for (const one of value as unknown[]) this.raw.push(name, toText(String(one)))
    } else {
      this.raw.push(name, toText(String(value)))
    }
  }
}

/**
 * Node writes a header's characters as single bytes, so UTF-8 in a header is a string of its bytes
 * (`Ã©` for `é`). A result is JSON: it takes the text those bytes mean, and the load balancer makes
 * them bytes again. What is not UTF-8 stays as it is.
 */
function toText(value: string): string {
  if (Buffer.byteLength(value) === value.length) return value
  const text = Buffer.from(value, 'latin1').toString('utf8')
  return text.includes('\uFFFD') ? value : text
}

function withoutNominated(raw: readonly string[], nominated: string): readonly string[] {
  const names = new Set(
    nominated
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    if (!names.has(name.toLowerCase())) kept.push(name, raw[i + 1] as string)
  }
  return kept
}

let date = ''
let dateValidUntil = 0

/** The `Date` that Node would add (RFC 9110, section 6.6.1), made once a second. */
function httpDate(): string {
  const now = Date.now()
  // The clock of a frozen environment, or of a test, may also jump back.
  if (now >= dateValidUntil || now < dateValidUntil - 1000) {
    date = new Date(now).toUTCString()
    dateValidUntil = now - (now % 1000) + 1000
  }
  return date
}
