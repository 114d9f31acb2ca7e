import { ParityError } from '../parity-error.js'
import { isToken, splitUrl, toWire } from '../request.js'
import { type Source, SourceBuilder } from './source.js'

/**
 * An access log of an ALB (AWS, "Access logs for your Application Load Balancer", "Access log entries"): method, URL and
 * user agent of each request. Bodies and other header fields are not in it.
 *
 * @throws {ParityError} with file and line, for a line that no load balancer wrote
 */
export function readAccessLog(text: string, file: string): Source {
  const source = new SourceBuilder()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const place = `${file}:${index + 1}`
    const fields = splitLine(line)
    const [type = ''] = fields
    const requestLine = fields[REQUEST]
    if (requestLine === undefined || !TYPES.has(type)) {
      throw new ParityError(
        `${place}: this is no line of an ALB access log: ${JSON.stringify(line.slice(0, 60))}. It needs the fields up to "request" and "user_agent"`,
      )
    }
    if (type === 'ws' || type === 'wss') {
      source.leaveOut('WebSocket')
      continue
    }
    const [method = '', url = ''] = requestLine.split(' ')
    // The load balancer writes "- http://host:80- -" for what it could not read itself.
    const parts = isToken(method) && method !== '-' ? splitUrl(url) : undefined
    if (parts === undefined || method === 'CONNECT') {
      source.leaveOut('requests that the load balancer could not read')
      continue
    }
    const agent = fields[USER_AGENT] ?? '-'
    source.requests.push({
      source: place,
      method,
      target: parts.target,
      headers: [
        ...(parts.host === '' || parts.host === '-' ? [] : [['Host', parts.host] as const]),
        ...(agent === '-' || agent === '' ? [] : [['User-Agent', toWire(agent)] as const]),
      ],
      body: undefined,
    })
  }
  return source
}

const TYPES: ReadonlySet<string> = new Set(['http', 'https', 'h2', 'grpcs', 'ws', 'wss'])

/** Whether a file's first line is one of an access log: a type, then an ISO 8601 time. */
export function looksLikeAccessLog(firstLine: string): boolean {
  const [type = '', time = ''] = firstLine.split(' ', 2)
  return TYPES.has(type) && /^\d{4}-\d\d-\d\dT/.test(time)
}

const REQUEST = 12
const USER_AGENT = 13

/** Fields stand apart by blanks, or in quotes, where `\"` and `\xHH` are escapes. */
function splitLine(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : unescape(quoted),
  )
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text
  const bytes = toWire(text).replaceAll(
    /\\(?:x([\dA-Fa-f]{2})|(.))/g,
    (_all, hex?: string, char?: string) =>
      hex === undefined ? (char ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString()
}
