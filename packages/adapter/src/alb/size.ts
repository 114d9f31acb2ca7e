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
 * show it; only the others are written out and counted.
 *
 * @param headBytes of the status and the header fields, as they go over the wire
 */
export function fitsLimit(result: Sized, headBytes: number): boolean {
  if (headBytes > MAX_HEAD_BYTES) return false
  const { body, isBase64Encoded } = result
  // Base64 is written as it is: only the rest needs writing out.
  const plain = isBase64Encoded ? body.length : 0
  // JSON writes a control character with six bytes; every other character takes fewer.
  const most = plain + (body.length - plain + MAX_HEAD_BYTES * 2) * 6
  if (most < MAX_RESULT_BYTES) return true
  const written = JSON.stringify({ ...result, body: plain ? '' : body })
  return Buffer.byteLength(written) + plain <= MAX_RESULT_BYTES
}
