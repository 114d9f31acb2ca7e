import { randomUUID } from 'node:crypto'

/**
 * The `X-Amzn-Trace-Id` that a target gets (ALB user guide, "Request tracing"): `Root` for a new request, `Self` added
 * or renewed in front of what the client sent, other fields left alone. When the header fields are larger than 7 KB
 * together, `Root` is all that is left.
 *
 * Not said there: a header with neither `Root` nor `Self` gets a `Root` and keeps its fields.
 *
 * @param headerBytes of all header fields of the request
 */
export function toTraceId(given: string | undefined, headerBytes: number, now: Date): string {
  const own = newId(now)
  if (given === undefined || headerBytes > MAX_HEADER_BYTES) return `Root=${own}`
  const fields = given.split(';').flatMap((field) => field.trim() || [])
  const others = fields.filter((field) => !field.startsWith('Self='))
  const isTraced =
    others.length < fields.length || fields.some((field) => field.startsWith('Root='))
  return [`${isTraced ? 'Self' : 'Root'}=${own}`, ...others].join(';')
}

const MAX_HEADER_BYTES = 7 * 1024

/** Version, seconds since 1970, 96 random bits. */
function newId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  return `1-${seconds.toString(16).padStart(8, '0')}-${randomHex()}`
}

/** 24 random hexadecimal digits: those of a UUID that are random, which Node has in stock. */
function randomHex(): string {
  const uuid = randomUUID()
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(24)
}
