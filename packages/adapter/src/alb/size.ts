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

/** The bytes that JSON takes for two bytes of UTF-8, by the number that the two are; made at the first large text. */
let costs: Uint8Array | undefined

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
  // JSON writes a control character with six bytes, every other with fewer; and the fields with fewer than twelve.
  if (body.length < 1e5) return true
  let left = MAX_RESULT_BYTES - byteLength(JSON.stringify({ ...result, body: '' }))
  if (isBase64Encoded) return body.length <= left
  // To write the body out and look takes five to ten times as long as this.
  if (!costs) {
    const single = new Uint8Array(256).map(
      (_, byte) => JSON.stringify(Buffer.of(byte).toString('latin1')).length - 2,
    )
    costs = new Uint8Array(65536).map(
      (_, pair) => (single[pair >> 8] as number) + (single[pair & 255] as number),
    )
  }
  const text = bodyBytes(pieces)
  const view = new DataView(text.buffer, text.byteOffset)
  let i = text.length
  // As a pair with a zero, which takes six.
  while (i % 8) left -= (costs[text[--i] as number] as number) - 6
  // Where the rest would fit as control characters, it need not be looked at.
  while (i && left < i * 6) {
    // Twice four bytes, a third faster than once.
    const four = view.getUint32((i -= 4))
    const next = view.getUint32((i -= 4))
    left -=
      (costs[four & 0xffff] as number) +
      (costs[four >>> 16] as number) +
      (costs[next & 0xffff] as number) +
      (costs[next >>> 16] as number)
  }
  return left >= 0
}
