import type { Settings } from '../options.js'
import type { HeaderList, HttpRequest } from '../message.js'
import { isLength } from './framing.js'
import type { Oddities } from './head.js'

export type Classification = NonNullable<HttpRequest['classification']>

/** What the classifier looks at. Values are without the whitespace around them. */
export interface Classified {
  readonly method: string
  readonly target: string
  readonly version: HttpRequest['version']
  readonly headers: HeaderList
  readonly oddities: Oddities
}

type Verdict = Classification | undefined

const RANKS = { Acceptable: 1, Ambiguous: 2, Severe: 3 } as const

const ACCEPTABLE_HEADER: Classification = { kind: 'Acceptable', reason: 'NonCompliantHeader' }
const BAD_HEADER: Classification = { kind: 'Severe', reason: 'BadHeader' }
const SUSPICIOUS_HEADER: Classification = { kind: 'Ambiguous', reason: 'SuspiciousHeader' }

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
const BREAKING = /[\0\r\n]/
// oxlint-disable-next-line no-control-regex -- these are the ones to find
const CONTROL = /[\0-\u0008\u000A-\u001F\u007F]/
// oxlint-disable-next-line no-control-regex -- these are the ones to find
const URI_CONTROL = /[\0-\u001F\u007F]/

const LIKE_CONTENT_LENGTH = looksLike('content-length')
const LIKE_TRANSFER_ENCODING = looksLike('transfer-encoding')
/** Only names that begin so can look like one of the two; the rest, nearly all, need no closer look. */
const MAY_LOOK_LIKE = /^[^\dA-Za-z]*[ct]/i

/**
 * How far a request strays from RFC 9112 and what that means for security; `undefined` when it is compliant. When
 * several things are wrong, the worst counts, and the first of those.
 *
 * Sources: AWS, "Desync mitigation mode" and, for the reasons, "Access logs", "Classification reasons". Where the pages
 * are short, the documentation and behaviour of `http_desync_guardian`, the library they name as the classifier: it is
 * the presence of `Content-Length` on GET and HEAD that counts, where the page says its absence. Its reasons
 * `NonCrLfLineTermination` and `MultilineHeader` are not in AWS's list.
 */
export function classify(request: Classified): Classification | undefined {
  const { method, target, oddities } = request
  let verdict: Verdict
  if (oddities.bareLineFeed) verdict = acceptable('NonCrLfLineTermination')
  for (const line of oddities.folds ?? []) verdict = worse(verdict, classifyFold(line))

  const transferEncoding: string[] = []
  const contentLength: string[] = []
  for (const [name, value] of request.headers) {
    if (oddities.controls || !TOKEN.test(name)) verdict = worse(verdict, classifyText(name, value))
    if (name.length < 14 || !MAY_LOOK_LIKE.test(name)) continue
    const values = similarTo(name, transferEncoding, contentLength)
    if (values === undefined) continue
    values.push(value)
    if (!isExact(name)) verdict = worse(verdict, SUSPICIOUS_HEADER)
  }
  if (oddities.emptyField) verdict = worse(verdict, ambiguous('EmptyHeader'))
  if (transferEncoding.length + contentLength.length > 0) {
    verdict = classifyFraming(request, transferEncoding, contentLength, verdict)
  }
  if (!TOKEN.test(method)) verdict = worse(verdict, severe('BadMethod'))
  if (oddities.version !== undefined) verdict = worse(verdict, acceptable('NonCompliantVersion'))
  if (URI_CONTROL.test(target)) {
    const uri = BREAKING.test(target) ? severe('BadUri') : ambiguous('AmbiguousUri')
    verdict = worse(verdict, uri)
  }
  return target.includes(' ') ? worse(verdict, acceptable('SpaceInUri')) : verdict
}

/**
 * What a mode does with such a request: `close` passes it on and closes the connection after the answer.
 *
 * Source: the table in AWS, "Desync mitigation mode".
 */
export function mitigate(
  classification: Classification | undefined,
  mode: Settings['desyncMitigationMode'],
): 'pass' | 'close' | 'block' {
  if (classification === undefined || mode === 'monitor') return 'pass'
  if (mode === 'strictest' || classification.kind === 'Severe') return 'block'
  return classification.kind === 'Ambiguous' ? 'close' : 'pass'
}

function classifyFraming(
  { method, version }: Classified,
  transferEncoding: readonly string[],
  contentLength: readonly string[],
  before: Verdict,
): Verdict {
  // HTTP/1.0 has no transfer codings, so nothing else can be said of the framing.
  if (version === '1.0' && transferEncoding.length > 0) {
    return worse(before, ambiguous('UndefinedTransferEncodingSemantics'))
  }
  let verdict = worse(before, classifyTransferEncoding(transferEncoding))
  const length = contentLength.find((value) => isLength(value))
  verdict = worse(verdict, classifyContentLength(contentLength))
  if (method === 'GET' || method === 'HEAD') {
    if (transferEncoding.length > 0) {
      verdict = worse(verdict, ambiguous('UndefinedTransferEncodingSemantics'))
    }
    if (length !== undefined) {
      const zero = Number(length) === 0
      const semantics = zero
        ? acceptable('GetHeadZeroContentLength')
        : ambiguous('UndefinedContentLengthSemantics')
      verdict = worse(verdict, semantics)
    }
  }
  const both = transferEncoding.length > 0 && length !== undefined
  return both ? worse(verdict, ambiguous('BothTeClPresent')) : verdict
}

const CODINGS = new Set(['chunked', 'compress', 'deflate', 'gzip', 'identity'])

function classifyTransferEncoding(values: readonly string[]): Verdict {
  let verdict: Verdict
  let chunked = false
  for (const item of values.join(',').toLowerCase().split(',')) {
    const coding = item.replace(/;.*$/s, '').replace(/^[ \t]+|[ \t]+$/g, '')
    if (values.length > 0 && !CODINGS.has(coding))
      verdict = worse(verdict, severe('BadTransferEncoding'))
    if (coding !== 'chunked') continue
    if (chunked) verdict = worse(verdict, severe('MultipleTransferEncodingChunked'))
    chunked = true
  }
  return verdict
}

function classifyContentLength(values: readonly string[]): Verdict {
  let verdict: Verdict
  let length: number | undefined
  for (const value of values) {
    if (!isLength(value)) verdict = worse(verdict, severe('BadContentLength'))
    else if (length === undefined) length = Number(value)
    else {
      const same = length === Number(value)
      const many = same ? ambiguous('DuplicateContentLength') : severe('MultipleContentLength')
      verdict = worse(verdict, many)
    }
  }
  return verdict
}

function classifyText(name: string, value: string): Verdict {
  if (BREAKING.test(name) || BREAKING.test(value)) return BAD_HEADER
  return TOKEN.test(name) && !CONTROL.test(value) ? undefined : ACCEPTABLE_HEADER
}

/** A continuation line may pass for a field of its own in a server that trims it. */
function classifyFold(line: string): Verdict {
  const name = line.slice(0, Math.max(0, line.indexOf(':')))
  return similarTo(name, 1, 1) === undefined ? ambiguous('MultilineHeader') : SUSPICIOUS_HEADER
}

function similarTo<T>(name: string, transferEncoding: T, contentLength: T): T | undefined {
  if (LIKE_TRANSFER_ENCODING.test(name)) return transferEncoding
  return LIKE_CONTENT_LENGTH.test(name) ? contentLength : undefined
}

function isExact(name: string): boolean {
  const lower = name.toLowerCase()
  return lower === 'content-length' || lower === 'transfer-encoding'
}

/**
 * Matches a name and what careless servers make the same of it: other characters for the hyphen, anything but letters
 * and digits around it, control characters and spaces inside, and the UTF-8 bytes of the two small letters whose
 * capitals are S and I.
 */
function looksLike(name: string): RegExp {
  const letter = (char: string): string => {
    if (char === 's') return '(?:s|\\xC5\\xBF)'
    return char === 'i' ? '(?:i|\\xC4\\xB1)' : char
  }
  const words = name.split('-').map((word) => Array.from(word, letter).join('[\\0- ]*'))
  return new RegExp(`^[^\\da-z]*${words.join('[^\\da-z]+')}[^\\da-z]*$`, 'i')
}

function worse(before: Verdict, candidate: Verdict): Verdict {
  if (before === undefined || candidate === undefined) return candidate ?? before
  return RANKS[candidate.kind] > RANKS[before.kind] ? candidate : before
}

function acceptable(reason: string): Classification {
  return { kind: 'Acceptable', reason }
}

function ambiguous(reason: string): Classification {
  return { kind: 'Ambiguous', reason }
}

function severe(reason: string): Classification {
  return { kind: 'Severe', reason }
}
