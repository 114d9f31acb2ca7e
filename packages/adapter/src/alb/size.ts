import type { AlbResult } from './result.js'

/**
 * The largest result an ALB accepts, in bytes of its JSON; beyond it the client gets a 502. AWS says
 * "1 MB" of the "response JSON" (ALB user guide, "Lambda functions as targets", "Limits").
 */
export const MAX_RESULT_BYTES = 1_048_576

// JSON writes a control character with six bytes; every other character takes fewer.
const MAX_BYTES_PER_CHARACTER = 6

// More than the names, quotes and punctuation of a result and its status take.
const FRAME_BYTES = 256

/**
 * Whether an ALB accepts a result of this size. Nearly all results are so small that their length
 * alone shows it; only the others are written out and counted.
 *
 * @param characters of the header names and values, with their punctuation
 */
export function fitsLimit(result: AlbResult, characters: number): boolean {
  const bodyAtMost = result.isBase64Encoded
    ? result.body.length
    : result.body.length * MAX_BYTES_PER_CHARACTER
  const headCharacters = characters + result.statusDescription.length
  const most = FRAME_BYTES + headCharacters * MAX_BYTES_PER_CHARACTER + bodyAtMost
  return most <= MAX_RESULT_BYTES || resultBytes(result) <= MAX_RESULT_BYTES
}

/** The bytes of a result's JSON, as Lambda's runtime client sends it. */
export function resultBytes(result: AlbResult): number {
  if (!result.isBase64Encoded) return Buffer.byteLength(JSON.stringify(result))
  // Base64 is written as it is: only the rest needs writing out.
  return Buffer.byteLength(JSON.stringify({ ...result, body: '' })) + result.body.length
}
