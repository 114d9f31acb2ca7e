import { byteLength } from '../byte-length.js'
import { bodyBytes, type ResponseParts } from '../parts.js'

/**
 * The largest result an ALB accepts, in bytes of its JSON; beyond it the client gets a 502. AWS says
 * "1 MB" of the "response JSON" (ALB user guide, "Lambda functions as targets", "Limits").
 */
export const MAX_RESULT_BYTES = 1_048_576

/** All header fields of a response together (ALB user guide, "Quotas"): beyond it, 502 as well. */
const MAX_HEAD_BYTES = 32_768

/** The members of a result that decide its size. */
interface Sized {
  readonly body: string
  readonly isBase64Encoded: boolean
}

/**
 * Whether an ALB accepts a result of this size. Nearly all results are so small that the lengths alone
 * show it; only the others are counted.
 *
 * @param headBytes of the status and the header fields, as they go over the wire
 * @param pieces the body that the result holds
 */
export function fitsLimit(
  result: Sized,
  headBytes: number,
  pieces: ResponseParts['body'],
): boolean {
  if (headBytes > MAX_HEAD_BYTES) return false
  const { body, isBase64Encoded } = result
  // JSON writes a control character with six bytes, every other with fewer, and base64 as it is.
  const most = MAX_HEAD_BYTES * 12 + body.length * (isBase64Encoded ? 1 : 6)
  if (most < MAX_RESULT_BYTES) return true
  const rest = byteLength(JSON.stringify({ ...result, body: '' }))
  return (
    rest + (isBase64Encoded ? body.length : writtenBytes(bodyBytes(pieces))) <= MAX_RESULT_BYTES
  )
}

/** The size of UTF-8 text in JSON. To write it out and look takes three times as long. */
function writtenBytes(bytes: Buffer): number {
  const costs = new Uint8Array(256).map(
    (_, byte) => JSON.stringify(String.fromCharCode(byte)).length - 2,
  )
  let sum = 0
  for (let i = bytes.length; i--;) sum += costs[bytes[i] as number] as number
  return sum
}
