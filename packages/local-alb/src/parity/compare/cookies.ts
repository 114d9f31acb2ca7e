import type { Response } from '../answer.js'
import { fieldValues } from '../../message.js'
import type { Context } from './context.js'
import type { Findings } from './finding.js'
import { EXPIRY_TOLERANCE_MS } from './headers.js'
import { looksAlike } from './look-alike.js'
import { withoutMoments } from './moment.js'

/** One `Set-Cookie` line, attributes by lower-case name (RFC 6265, section 4.1). */
interface SetCookie {
  readonly name: string
  readonly value: string
  readonly attributes: ReadonlyMap<string, string>
}

/** Compares `Set-Cookie` by cookie and attribute, not as text: order, blanks and letter case of attributes do not count. */
export function compareCookies(
  left: Response,
  right: Response,
  context: Context,
  findings: Findings,
): void {
  const lefts = read(left)
  const rights = read(right)
  const names = (cookies: ReadonlyMap<string, SetCookie>): string => [...cookies.keys()].join(', ')
  for (const key of new Set([...lefts.keys(), ...rights.keys()])) {
    const ours = lefts.get(key)
    const theirs = rights.get(key)
    if (ours !== undefined && theirs !== undefined) {
      compareCookie(ours, theirs, { left, right, context, findings, key })
      continue
    }
    const difference = {
      aspect: 'cookie',
      name: key,
      left: ours && toText(ours),
      right: theirs && toText(theirs),
    } as const
    if (isSticky(key)) findings.fold('sticky-cookie', difference)
    else if (context.masks.header('set-cookie')) findings.fold('masked', difference)
    else findings.differ(difference)
  }
  if (lefts.size === rights.size && names(lefts) !== names(rights)) {
    const shared = [...lefts.keys()].every((key) => rights.has(key))
    const order = { aspect: 'cookie', name: '', left: names(lefts), right: names(rights) } as const
    if (shared) findings.fold('cookie-order', order)
  }
}

interface Pair {
  readonly left: Response
  readonly right: Response
  readonly context: Context
  readonly findings: Findings
  readonly key: string
}

function compareCookie(ours: SetCookie, theirs: SetCookie, pair: Pair): void {
  const { context, findings, key } = pair
  const { masks } = context
  if (ours.value !== theirs.value) {
    const difference = {
      aspect: 'cookie',
      name: key,
      left: ours.value,
      right: theirs.value,
    } as const
    if (isSticky(key)) findings.fold('sticky-cookie', difference)
    else if (
      masks.cookie(ours.name) ||
      masks.header('set-cookie') ||
      masks.text(ours.value) === masks.text(theirs.value)
    ) {
      findings.fold('masked', difference)
    } else if (isMoment(ours.value, theirs.value, pair)) findings.fold('moment', difference)
    else if (isVolatile(ours, theirs, pair)) findings.fold('volatile', difference)
    else findings.differ(difference)
  }
  for (const attribute of new Set([...ours.attributes.keys(), ...theirs.attributes.keys()])) {
    const left = ours.attributes.get(attribute)
    const right = theirs.attributes.get(attribute)
    if (left === right || sameAttribute(attribute, left, right)) continue
    const name = `${key}; ${SPELLED.get(attribute) ?? attribute}`
    const difference = { aspect: 'cookie', name, left, right } as const
    if (isSticky(key)) findings.fold('sticky-cookie', difference)
    else if (masks.header('set-cookie')) findings.fold('masked', difference)
    else if (attribute === 'expires' && isSameExpiry(left, right, pair)) {
      findings.fold('moment', difference)
    } else findings.differ(difference)
  }
}

const SPELLED: ReadonlyMap<string, string> = new Map(
  [
    'Path',
    'Domain',
    'Expires',
    'Max-Age',
    'Secure',
    'HttpOnly',
    'SameSite',
    'Partitioned',
    'Priority',
  ].map((name) => [name.toLowerCase(), name]),
)

function sameAttribute(name: string, left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined || name === 'path') return false
  return left.toLowerCase() === right.toLowerCase()
}

function isSameExpiry(left: string | undefined, right: string | undefined, pair: Pair): boolean {
  if (left === undefined || right === undefined) return false
  const apart =
    Date.parse(left) -
    pair.left.receivedAt.getTime() -
    (Date.parse(right) - pair.right.receivedAt.getTime())
  return Math.abs(apart) < EXPIRY_TOLERANCE_MS
}

function isMoment(left: string, right: string, pair: Pair): boolean {
  return withoutMoments(left, pair.left.receivedAt) === withoutMoments(right, pair.right.receivedAt)
}

function isVolatile(ours: SetCookie, theirs: SetCookie, { context, key }: Pair): boolean {
  const again = context.probe && read(context.probe).get(key)
  return again !== undefined && again.value !== ours.value && looksAlike(ours.value, theirs.value)
}

/** AWS, "Sticky sessions for your Application Load Balancer", and authentication's session cookies. */
function isSticky(key: string): boolean {
  return /^(?:AWSALB|AWSELB)/.test(key)
}

/** What stands for an attribute without a value. */
const SET = 'set'

/** By name; a cookie that is set again for another path or domain stands apart, and so does a second one of the same name. */
function read({ headers }: Response): Map<string, SetCookie> {
  const cookies = new Map<string, SetCookie>()
  for (const line of fieldValues(headers, 'set-cookie')) {
    const cookie = parse(line)
    let key = cookie.name
    for (let count = 2; cookies.has(key); count += 1) key = `${cookie.name} (${count})`
    cookies.set(key, cookie)
  }
  return cookies
}

function parse(line: string): SetCookie {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  return {
    name: pair.slice(0, Math.max(equals, 0)).trim(),
    value: pair.slice(equals + 1).trim(),
    attributes: new Map(
      attributes
        .filter((attribute) => attribute.trim() !== '')
        .map((attribute) => {
          const [name = '', ...value] = attribute.split('=')
          return [name.trim().toLowerCase(), value.length === 0 ? SET : value.join('=').trim()]
        }),
    ),
  }
}

function toText({ value, attributes }: SetCookie): string {
  return [
    value,
    ...[...attributes].map(([name, held]) => {
      const spelled = SPELLED.get(name) ?? name
      return held === SET ? spelled : `${spelled}=${held}`
    }),
  ].join('; ')
}
