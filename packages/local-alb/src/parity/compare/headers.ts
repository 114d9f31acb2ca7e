import type { Response } from '../answer.js'
import { fieldValues, type HeaderList } from '../../message.js'
import { endToEndFields } from '../../targets/hop-by-hop.js'
import type { BodyVerdict } from './body.js'
import type { Context } from './context.js'
import type { Difference, Findings, FoldReason } from './finding.js'
import { sameLocation } from './location.js'
import { looksAlike } from './look-alike.js'
import { withoutMoments } from './moment.js'

/** Compares header fields, all but `Set-Cookie`. */
export function compareHeaders(
  left: Response,
  right: Response,
  body: BodyVerdict,
  context: Context,
  findings: Findings,
): void {
  const lefts = byName(left.headers)
  const rights = byName(right.headers)
  for (const name of new Set([...lefts.keys(), ...rights.keys()])) {
    if (name === 'set-cookie') continue
    const ours = lefts.get(name) ?? []
    const theirs = rights.get(name) ?? []
    if (same(ours, theirs)) continue
    const difference = toDifference(name, ours, theirs)
    const reason = toReason({ name, ours, theirs, left, right, body, context })
    if (reason === undefined) findings.differ(difference)
    else findings.fold(reason, difference)
  }
  compareSpelling(left.headers, right.headers, findings)
}

interface FieldPair {
  readonly name: string
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
  readonly left: Response
  readonly right: Response
  readonly body: BodyVerdict
  readonly context: Context
}

/** Why it does not count that a field differs; nothing when it does. */
function toReason(pair: FieldPair): FoldReason | undefined {
  const { name, ours, theirs, left, right, context } = pair
  if (HOP_BY_HOP.has(name) || isOfConnection(name, left) || isOfConnection(name, right)) {
    return 'hop-by-hop'
  }
  if (context.masks.header(name)) return 'masked'
  const unavoidable = UNAVOIDABLE.get(name)
  if (unavoidable !== undefined) return unavoidable
  const bothThere = ours.length > 0 && theirs.length > 0
  if (name === 'content-length') return lengthReason(pair, bothThere)
  if (name === 'content-type' && isDefaultType(ours, theirs)) return 'default-type'
  if (!bothThere) return undefined
  if (OF_THE_BODY.has(name) && pair.body.differs) return 'follows'
  const [one, other] = [ours.join(', '), theirs.join(', ')]
  if (one === other) return 'joined-lines'
  // Only where lines are repeated the load balancer's order shows.
  if ((ours.length > 1 || theirs.length > 1) && same(sorted(one), sorted(other))) {
    return 'header-order'
  }
  if (name === 'location' || name === 'content-location') {
    if (sameLocation(one, other, context)) return 'location'
  }
  if (context.masks.text(one) === context.masks.text(other)) return 'masked'
  if (isSameMoment(name, one, other, left, right)) return 'moment'
  return isVolatile(name, ours, theirs, context.probe) ? 'volatile' : undefined
}

/** RFC 9110, section 7.6.1. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A field that the message's own `Connection` names. */
function isOfConnection(name: string, { headers }: Response): boolean {
  return (
    fieldValues(headers, 'connection').length > 0 &&
    fieldValues(headers, name).length > 0 &&
    fieldValues(endToEndFields(headers), name).length === 0
  )
}

/** What proxies and load balancers put in by themselves. */
const UNAVOIDABLE: ReadonlyMap<string, FoldReason> = new Map([
  ['date', 'date'],
  ['server', 'server'],
  ['via', 'server'],
  ['x-amzn-trace-id', 'trace-id'],
  ['x-amzn-requestid', 'trace-id'],
  ['x-amz-cf-id', 'trace-id'],
  ['x-amz-cf-pop', 'trace-id'],
  ['traceparent', 'trace-id'],
  ['tracestate', 'trace-id'],
  ['traceresponse', 'trace-id'],
])

/** Made from the bytes of the content; RFC 9110, section 8.8.3, and RFC 9530. */
const OF_THE_BODY: ReadonlySet<string> = new Set([
  'etag',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
])

function lengthReason({ body }: FieldPair, bothThere: boolean): FoldReason | undefined {
  if (!bothThere) return 'framing'
  return body.differs || body.recoded ? 'follows' : undefined
}

/** What a load balancer says of a function's content without a type. */
function isDefaultType(ours: readonly string[], theirs: readonly string[]): boolean {
  const given = [...ours, ...theirs]
  return (
    ours.length !== theirs.length && given.length === 1 && given[0] === 'application/octet-stream'
  )
}

function isSameMoment(
  name: string,
  one: string,
  other: string,
  left: Response,
  right: Response,
): boolean {
  if (withoutMoments(one, left.receivedAt) === withoutMoments(other, right.receivedAt)) return true
  if (name !== 'expires') return false
  const [ours, theirs] = [Date.parse(one), Date.parse(other)]
  // Both say "so long from now".
  const apart = ours - left.receivedAt.getTime() - (theirs - right.receivedAt.getTime())
  return Math.abs(apart) < EXPIRY_TOLERANCE_MS
}

/** `Expires` has whole seconds, and the two answers come at different times. */
export const EXPIRY_TOLERANCE_MS = 2500

function isVolatile(
  name: string,
  ours: readonly string[],
  theirs: readonly string[],
  probe: Response | undefined,
): boolean {
  if (probe === undefined) return false
  const again = fieldValues(probe.headers, name)
  return again.length > 0 && !same(ours, again) && looksAlike(ours.join(), theirs.join())
}

/** Order and letter case of names; each counts once for a response. */
function compareSpelling(left: HeaderList, right: HeaderList, findings: Findings): void {
  const ours = endToEndFields(left).map(([name]) => name)
  const theirs = endToEndFields(right).map(([name]) => name)
  const [ourNames, theirNames] = [toSequence(ours, theirs), toSequence(theirs, ours)]
  if (!same(ourNames, theirNames)) {
    findings.fold('header-order', {
      aspect: 'header',
      name: '',
      left: ourNames.join(', '),
      right: theirNames.join(', '),
    })
  }
  const spellings = new Map(theirs.map((name) => [name.toLowerCase(), name]))
  for (const name of new Set(ours)) {
    const spelled = spellings.get(name.toLowerCase())
    if (spelled === undefined || spelled === name) continue
    findings.fold('header-case', { aspect: 'header', name: '', left: name, right: spelled })
  }
}

/** The names that both have, each once, in the order of the first. */
function toSequence(names: readonly string[], others: readonly string[]): string[] {
  const shared = new Set(others.map((name) => name.toLowerCase()))
  const own = names.map((name) => name.toLowerCase()).filter((name) => shared.has(name))
  return [...new Set(own)]
}

function byName(headers: HeaderList): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    const list = values.get(name)
    if (list === undefined) values.set(name, [value])
    else list.push(value)
  }
  return values
}

function sorted(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .toSorted()
}

function same(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.length === theirs.length && ours.every((value, index) => value === theirs[index])
}

function toDifference(
  name: string,
  ours: readonly string[],
  theirs: readonly string[],
): Difference {
  return { aspect: 'header', name, left: toShown(ours), right: toShown(theirs) }
}

function toShown(values: readonly string[]): string | undefined {
  if (values.length === 0) return undefined
  // For people: most non-ASCII header values are UTF-8.
  return Buffer.from(values.join(', '), 'latin1').toString()
}
