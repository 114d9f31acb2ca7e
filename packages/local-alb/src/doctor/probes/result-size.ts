import { isUtf8 } from 'node:buffer'
import { gzipSync } from 'node:zlib'

/** AWS, "Lambda functions as targets": the maximum size of the response JSON is 1 MB. */
export const RESULT_LIMIT = 1_048_576
/** `{"statusCode":200,"statusDescription":…,"isBase64Encoded":true,…}` without headers and body. */
const FRAME_BYTES = 160
/** Of headers that are not known. */
const HEADER_BYTES = 1024

/**
 * Whether a body fits into a function's result: as it is, only compressed, or not at all.
 *
 * Text goes with the escapes of JSON; other bytes go as base64, which makes four of three.
 */
export function fitOf(
  body: Buffer,
  isEncoded: boolean,
  headerBytes: number = HEADER_BYTES,
): 'fits' | 'compressed' | 'never' {
  const room = RESULT_LIMIT - FRAME_BYTES - headerBytes
  // Even as base64 it is below.
  if (body.length * 1.4 < room) return 'fits'
  const isText = !isEncoded && isUtf8(body)
  const bytes = isText
    ? Buffer.byteLength(JSON.stringify(body.toString()))
    : toBase64Length(body.length)
  if (bytes <= room) return 'fits'
  return !isEncoded && toBase64Length(gzipSync(body).length) <= room ? 'compressed' : 'never'
}

function toBase64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4
}

export function toMegabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}
