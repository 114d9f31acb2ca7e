import * as zlib from 'node:zlib'
import {
  brotliDecompressSync,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
} from 'node:zlib'
import { isWhole, MAX_KEPT_BYTES, type Response } from '../answer.js'
import { fieldValues } from '../../message.js'

/** The content of a response without its content coding. */
export interface Content {
  readonly bytes: Buffer
  /** Lower case, without parameters; `''` when none is given. */
  readonly mediaType: string
  /** `''` when there is none. */
  readonly coding: string
  /** Why it is still coded: an unknown coding, or damaged. */
  readonly undecoded?: string
}

export function toContent(response: Response): Content {
  const { body, headers } = response
  const [type = ''] = (fieldValues(headers, 'content-type').at(-1) ?? '').split(';')
  const coding = fieldValues(headers, 'content-encoding').join(',').trim().toLowerCase()
  const shared = { mediaType: type.trim().toLowerCase(), coding }
  if (coding === '' || coding === 'identity' || body.length === 0) {
    return { bytes: body.bytes, ...shared }
  }
  if (!isWhole(body)) return { bytes: body.bytes, ...shared, undecoded: 'too long' }
  try {
    const codings = coding.split(',').map((name) => name.trim())
    return { bytes: codings.toReversed().reduce(decode, body.bytes), ...shared }
  } catch (error) {
    return { bytes: body.bytes, ...shared, undecoded: (error as Error).message }
  }
}

function decode(bytes: Buffer, coding: string): Buffer {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, LIMITS)
    case 'br':
      return brotliDecompressSync(bytes, LIMITS)
    case 'deflate':
      // RFC 9110, section 8.4.1.2: some send it without the zlib wrapper.
      return ((bytes[0] ?? 0) & 0x0f) === 8
        ? inflateSync(bytes, LIMITS)
        : inflateRawSync(bytes, LIMITS)
    case 'zstd': {
      // Node has it since 22.15.
      const decompress = Reflect.get(zlib, 'zstdDecompressSync') as typeof gunzipSync | undefined
      if (decompress === undefined) throw new Error('this version of Node has no zstd')
      return decompress(bytes, LIMITS)
    }
    case 'identity':
      return bytes
    default:
      throw new Error(`the content coding ${coding} is not known here`)
  }
}

/** A small body can unpack to gigabytes. */
const LIMITS: ZlibOptions = { maxOutputLength: 4 * MAX_KEPT_BYTES }

/** The content as text, where it is text; bytes decide (UTF-8 without NUL), the type only for what is not UTF-8. */
export function toText({ bytes, mediaType, undecoded }: Content): string | undefined {
  if (undecoded !== undefined || bytes.length > MAX_TEXT_BYTES || bytes.includes(0))
    return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return TEXT_TYPE.test(mediaType) ? bytes.toString('latin1') : undefined
  }
}

/** Longer ones are compared as bytes. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024

const TEXT_TYPE = /^text\/|[/+](?:json|xml)$|^application\/(?:javascript|x-www-form-urlencoded)$/

export function isJsonType(mediaType: string): boolean {
  return /[/+]json$/.test(mediaType)
}
