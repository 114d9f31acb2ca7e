import type { HeaderField } from '../../message.js'
import { ParityError } from '../parity-error.js'
import { isFieldValue, isToken, splitUrl, toSentFields, toWire } from '../request.js'
import { toPostBody } from './har-body.js'
import { isRecord, textOf } from './json.js'
import { type Source, SourceBuilder } from './source.js'

/**
 * A HAR file, version 1.2, as browsers' developer tools save it: method, URL, header fields, cookies and body of each
 * request.
 *
 * @param origins which origins' requests are wanted, such as `https://shop.example`; none: those of the first entry's
 * @throws {ParityError} with file and entry
 */
export function readHar(text: string, file: string, origins: readonly string[] = []): Source {
  const entries = entriesOf(text, file)
  const source = new SourceBuilder()
  const wanted = new Set(origins.map((origin) => origin.toLowerCase()))
  for (const [index, entry] of entries.entries()) {
    const place = `${file}, entry ${index + 1}`
    const request = isRecord(entry) ? entry['request'] : undefined
    if (!isRecord(request)) {
      throw new ParityError(`${place}: it has no "request"; is this a HAR file of version 1.2?`)
    }
    const method = textOf(request['method']) ?? ''
    const url = textOf(request['url']) ?? ''
    const parts = splitUrl(url)
    if (!isToken(method) || (parts === undefined && !/^[a-z-]+:/i.test(url))) {
      throw new ParityError(
        `${place}: its request has no ${isToken(method) ? `absolute "url" (${JSON.stringify(url)})` : `"method" (${JSON.stringify(request['method'])})`}`,
      )
    }
    if (parts === undefined || !/^https?$/.test(parts.scheme) || method === 'CONNECT') {
      source.leaveOut(
        /^wss?:/i.test(url) ? 'WebSocket' : 'not over HTTP (data:, blob: and the like)',
      )
      continue
    }
    const origin = `${parts.scheme}://${parts.host}`
    if (wanted.size === 0) wanted.add(origin)
    if (!wanted.has(origin) && !wanted.has('*')) {
      source.leaveOut(`to ${origin} (--origin adds it)`)
      continue
    }
    const fields = fieldsOf(request, place)
    if (fields.some(([name, value]) => /^upgrade$/i.test(name) && /websocket/i.test(value))) {
      source.leaveOut('WebSocket')
      continue
    }
    const { body, contentType } = toPostBody(request['postData'], fields, place)
    if (body === undefined && recordedLength(request, fields) > 0) {
      source.leaveOut(`${method} whose body the HAR file does not have`)
      continue
    }
    const headers = toSentFields(fields).filter(
      ([name]) => contentType === undefined || name.toLowerCase() !== 'content-type',
    )
    if (contentType !== undefined) headers.push(['Content-Type', contentType])
    if (!headers.some(([name]) => name.toLowerCase() === 'host'))
      headers.unshift(['Host', parts.host])
    source.requests.push({ source: place, method, target: parts.target, headers, body })
  }
  return source
}

/** Browsers leave out the bodies of uploads, and say their length in one of two places. */
function recordedLength(
  request: Readonly<Record<string, unknown>>,
  fields: readonly HeaderField[],
): number {
  const declared = fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return Math.max(Number(request['bodySize'] ?? 0), Number(declared ?? 0))
}

function entriesOf(text: string, file: string): readonly unknown[] {
  let har: unknown
  try {
    har = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new ParityError(
      `${file} is no HAR file: ${(error as Error).message}${lineOf(error, text)}`,
    )
  }
  const log = isRecord(har) ? har['log'] : undefined
  const entries = isRecord(log) ? log['entries'] : undefined
  if (!Array.isArray(entries)) {
    throw new ParityError(`${file} is no HAR file: it has no "log" with "entries"`)
  }
  return entries as readonly unknown[]
}

/** Node's message has the position, a person wants the line. */
function lineOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec((error as Error).message)?.[1]
  if (position === undefined) return ''
  return ` (line ${text.slice(0, Number(position)).split('\n').length})`
}

function fieldsOf(request: Readonly<Record<string, unknown>>, place: string): HeaderField[] {
  const fields = pairsOf(request['headers'], `${place}: "headers"`).filter(
    // Pseudo-header fields of HTTP/2, as Chromium records them.
    ([name]) => !name.startsWith(':'),
  )
  for (const [name, value] of fields) {
    if (isToken(name) && isFieldValue(value)) continue
    throw new ParityError(`${place}: ${JSON.stringify(`${name}: ${value}`)} is no header field`)
  }
  if (fields.some(([name]) => name.toLowerCase() === 'cookie')) return fields
  // Some browsers list cookies only there.
  const cookies = pairsOf(request['cookies'], `${place}: "cookies"`)
  if (cookies.length === 0) return fields
  return [...fields, ['Cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')]]
}

function pairsOf(list: unknown, place: string): HeaderField[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw new ParityError(`${place} is no list`)
  return (list as readonly unknown[]).map((item): HeaderField => {
    const name = isRecord(item) ? textOf(item['name']) : undefined
    const value = isRecord(item) ? textOf(item['value']) : undefined
    if (name === undefined || value === undefined) {
      throw new ParityError(`${place} has ${JSON.stringify(item)}; each needs "name" and "value"`)
    }
    return [name, toWire(value)]
  })
}
