import { Buffer } from 'node:buffer'
import type { HeaderField, HttpRequest, Refusal } from '../message.js'
import {
  badRequest,
  HEADER_LIMIT,
  HEADERS_LIMIT,
  longHeader,
  longHeaders,
  longRequestLine,
  quote,
  REQUEST_LINE_LIMIT,
} from './limits.js'

/** The head of an HTTP/1.x request as it was sent, and what was odd about it. */
export interface Head {
  readonly method: string
  readonly target: string
  readonly version: HttpRequest['version']
  readonly headers: HeaderField[]
  /** In bytes, with the empty line that ends it. */
  readonly length: number
  readonly oddities: Oddities
  readonly refusal: Refusal | undefined
}

/** What the fields themselves no longer show, for the desync classifier. */
export interface Oddities {
  /** A line ended with LF alone. */
  bareLineFeed: boolean
  /** Control characters other than the line ends, or a CR without LF. */
  controls: boolean
  /** The version as it was sent, when that is neither `HTTP/1.0` nor `HTTP/1.1` exactly. */
  version?: string
  /** A field without a name, or a line of whitespace. Such a field is not in `headers`. */
  emptyField: boolean
  /** Continuation lines of folded fields other than `Content-Type`. */
  folds?: string[]
}

const CRLF_CRLF = Buffer.from('\r\n\r\n')
const LF_LF = Buffer.from('\n\n')
const LF_CRLF = Buffer.from('\n\r\n')
// oxlint-disable-next-line no-control-regex -- these are the ones to find
const CONTROLS = /[\0-\u0008\u000B\u000C\u000E-\u001F\u007F]|\r(?!\n)/
const METHOD = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/

const SPACE = 0x20
const TAB = 0x09
const CR = 0x0d

/**
 * How many bytes to give to `parseHead`: they hold a whole head, and maybe more. -1 when the end is still to come.
 *
 * @param from where to start looking, for bytes that were looked at before
 */
export function findHeadEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(CRLF_CRLF, from)
  if (end !== -1) return end + 4
  // As lenient as the classifier is: lines may end with LF alone.
  const bare = bytes.indexOf(LF_LF, from)
  if (bare !== -1) return bare + 2
  const mixed = bytes.indexOf(LF_CRLF, from)
  return mixed === -1 ? -1 : mixed + 3
}

/**
 * Reads the head of a request. What cannot be a request at all comes back with a refusal and as much as could be read;
 * everything that some server might take is read and its oddities noted.
 *
 * Folded fields: RFC 9112, section 5.2, makes one line of them with a space in between. "Multi-line headers are not
 * supported" on AWS's troubleshooting page says that an ALB appends a colon; where is not stated, here it is the end.
 *
 * @param text one character per byte, starting with the request line and holding the empty line
 * @param longHeaderStatus for fields over the limits
 */
export function parseHead(text: string, longHeaderStatus: number): Head {
  const oddities: Oddities = { bareLineFeed: false, controls: false, emptyField: false }
  let lineFeed = text.indexOf('\n')
  const requestLine = parseRequestLine(
    text.slice(0, lineEnd(text, 0, lineFeed, oddities)),
    oddities,
  )
  const headers: HeaderField[] = []
  const start = lineFeed + 1
  let position = start
  let { refusal } = requestLine
  let folded: Set<number> | undefined
  for (;;) {
    lineFeed = text.indexOf('\n', position)
    const end = lineEnd(text, position, lineFeed, oddities)
    if (end <= position) break
    const first = text.charCodeAt(position)
    if (first === SPACE || first === TAB) {
      folded ??= new Set()
      const problem = unfold(text.slice(position, end), headers, folded, oddities)
      refusal ??= problem
    } else {
      const problem = parseField(text, position, end, headers, oddities, longHeaderStatus)
      refusal ??= problem
    }
    position = lineFeed + 1
  }
  const length = lineFeed + 1
  if (length - start > HEADERS_LIMIT) refusal ??= longHeaders(length - start, longHeaderStatus)
  if (folded !== undefined) refusal ??= endFolds(headers, folded, longHeaderStatus)
  oddities.controls = CONTROLS.test(text.length === length ? text : text.slice(0, length))
  const { method, target, version } = requestLine
  return { method, target, version, headers, length, oddities, refusal }
}

function lineEnd(text: string, position: number, lineFeed: number, oddities: Oddities): number {
  if (lineFeed > position && text.charCodeAt(lineFeed - 1) === CR) return lineFeed - 1
  oddities.bareLineFeed = true
  return lineFeed
}

export type RequestLine = Pick<Head, 'method' | 'target' | 'version' | 'refusal'>

/** Method up to the first space, version after the last one: a target may hold spaces. */
function parseRequestLine(line: string, oddities: Oddities): RequestLine {
  if (line.length > REQUEST_LINE_LIMIT) {
    return { ...readRequestLine(line), refusal: longRequestLine(line.length) }
  }
  const methodEnd = line.indexOf(' ')
  const versionStart = line.lastIndexOf(' ') + 1
  const method = line.slice(0, methodEnd)
  const version = line.slice(versionStart)
  if ((version === 'HTTP/1.1' || version === 'HTTP/1.0') && versionStart > methodEnd + 2) {
    const target = line.slice(methodEnd + 1, versionStart - 1)
    if (METHOD.test(method))
      return { method, target, version: version === 'HTTP/1.1' ? '1.1' : '1.0', refusal: undefined }
  }
  return parseOddRequestLine(line, oddities)
}

function parseOddRequestLine(line: string, oddities: Oddities): RequestLine {
  const parts = readRequestLine(line)
  const malformed = (explanation: string): RequestLine => ({
    ...parts,
    refusal: badRequest(`${explanation} The request line must be like "GET /path HTTP/1.1".`),
  })
  const trimmed = line.trimEnd()
  const version = trimmed.slice(trimmed.lastIndexOf(' ') + 1)
  if (!METHOD.test(parts.method)) return malformed(`${quote(parts.method)} is no method.`)
  if (!/^HTTP\/\d+(?:\.\d+)?$/.test(version)) {
    return malformed(`${quote(line)} does not end with an HTTP version.`)
  }
  if (parts.target.trim() === '') return malformed(`${quote(line)} has no target.`)
  if (!/^HTTP\/1\.\d$/.test(version)) {
    // AWS, "Troubleshoot your Application Load Balancers", "HTTP 505: Version not supported".
    const explanation = `The request says ${version}; this connection takes HTTP/1.1 and HTTP/1.0.`
    return { ...parts, refusal: { status: 505, explanation, close: true } }
  }
  oddities.version = line.slice(trimmed.lastIndexOf(' ') + 1)
  return { ...parts, version: version === 'HTTP/1.0' ? '1.0' : '1.1' }
}

/** As much as can be made out, for the log, of a line that may be broken or cut off. */
export function readRequestLine(line: string): RequestLine {
  const trimmed = line.trimEnd()
  const methodEnd = trimmed.indexOf(' ')
  if (methodEnd === -1) return { method: trimmed, target: '', version: '', refusal: undefined }
  const end = /^(.*?) +HTTP\/\S*$/s.exec(trimmed.slice(methodEnd))
  const target = (end?.[1] ?? trimmed.slice(methodEnd)).trim()
  return { method: trimmed.slice(0, methodEnd), target, version: '', refusal: undefined }
}

function parseField(
  text: string,
  position: number,
  end: number,
  headers: HeaderField[],
  oddities: Oddities,
  longHeaderStatus: number,
): Refusal | undefined {
  const colon = text.indexOf(':', position)
  if (colon === -1 || colon >= end) {
    const line = quote(text.slice(position, end))
    return badRequest(
      `The header line ${line} has no colon. Header lines must be like "name: value".`,
    )
  }
  const name = text.slice(position, colon)
  if (end - position > HEADER_LIMIT) return longHeader(name, end - position, longHeaderStatus)
  if (name === '') oddities.emptyField = true
  else headers.push([name, trimWhitespace(text, colon + 1, end)])
  return undefined
}

/** Without the spaces and tabs around it, and nothing else: `trim()` would take other characters too. */
function trimWhitespace(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isWhitespace(text.charCodeAt(start))) start++
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isWhitespace(code: number): boolean {
  return code === SPACE || code === TAB
}

function unfold(
  line: string,
  headers: HeaderField[],
  folded: Set<number>,
  oddities: Oddities,
): Refusal | undefined {
  const index = headers.length - 1
  const field = headers[index]
  const rest = trimWhitespace(line, 0, line.length)
  if (field === undefined) {
    return badRequest(`The first header line ${quote(line)} starts with whitespace. Remove it.`)
  }
  if (rest === '') {
    oddities.emptyField = true
    return undefined
  }
  headers[index] = [field[0], `${field[1]} ${rest}`]
  folded.add(index)
  if (field[0].toLowerCase() !== 'content-type') (oddities.folds ??= []).push(line)
  return undefined
}

function endFolds(
  headers: HeaderField[],
  folded: ReadonlySet<number>,
  longHeaderStatus: number,
): Refusal | undefined {
  for (const index of folded) {
    const [name, value] = headers[index] as HeaderField
    const length = name.length + value.length + 2
    if (length > HEADER_LIMIT) return longHeader(name, length, longHeaderStatus)
    headers[index] = [name, `${value}:`]
  }
  return undefined
}
