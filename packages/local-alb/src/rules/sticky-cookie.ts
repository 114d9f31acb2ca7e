import { createHash, randomBytes } from 'node:crypto'
import { fieldValues, type HeaderField, type HeaderList } from '../message.js'

/**
 * The cookies that bind a client to one of several target groups: `AWSALBTG`, and `AWSALBTGCORS`, the same with
 * `SameSite=None; Secure`. Clients always get both (AWS: "Sticky sessions and weighted target groups").
 *
 * As with the real ones the value is opaque, 128 bytes in base64, different in every answer; the cookie itself lives for
 * 7 days, while the rule's own duration is kept inside the value. Values stay good when the load balancer is restarted.
 */
const NAMES = ['AWSALBTG', 'AWSALBTGCORS'] as const
const COOKIE_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000
const VALUE_BYTES = 128
const DIGEST_BYTES = 32
const EXPIRY_BYTES = 6

export function toStickyCookies(
  arn: string,
  durationSeconds: number,
  now: number,
): readonly HeaderField[] {
  const value = Buffer.concat([digest(arn), randomBytes(VALUE_BYTES - DIGEST_BYTES)])
  value.writeUIntBE(now + durationSeconds * 1000, DIGEST_BYTES, EXPIRY_BYTES)
  const expires = new Date(now + COOKIE_LIFETIME_MS).toUTCString()
  const [plain, crossOrigin] = NAMES.map(
    (name) => `${name}=${value.toString('base64')}; Expires=${expires}; Path=/`,
  )
  return [
    ['Set-Cookie', `${plain}`],
    ['Set-Cookie', `${crossOrigin}; SameSite=None; Secure`],
  ]
}

/** Which of the target groups the client is bound to; `undefined` when to none, or no longer. */
export function readStickyCookie(
  headers: HeaderList,
  arns: readonly string[],
  now: number,
): string | undefined {
  for (const name of NAMES) {
    for (const text of cookieValues(headers, name)) {
      const value = Buffer.from(text, 'base64')
      if (value.length !== VALUE_BYTES) continue
      if (value.readUIntBE(DIGEST_BYTES, EXPIRY_BYTES) <= now) continue
      const arn = arns.find((candidate) =>
        digest(candidate).equals(value.subarray(0, DIGEST_BYTES)),
      )
      if (arn !== undefined) return arn
    }
  }
  return undefined
}

/** Taken as they are: "Application Load Balancers do not support cookie values that are URL encoded". */
function cookieValues(headers: HeaderList, name: string): string[] {
  return fieldValues(headers, 'cookie')
    .flatMap((field) => field.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}

function digest(arn: string): Buffer {
  return createHash('sha256').update(arn).digest()
}
