import { isUtf8 } from 'node:buffer'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { type HeaderList, fieldValues } from '../message.js'
import { imageTypeOf } from './image-type.js'

/** A body as the page shows it. */
export interface BodyPreview {
  /** `hex`: bytes that are no text; `image`: one that browsers show; `stream`: not kept. */
  readonly kind: 'text' | 'hex' | 'image' | 'stream'
  /** As sent, before any decoding; `null` when nobody counted. */
  readonly bytes: number | null
  /** Of `text` and `hex`: the beginning. */
  readonly text: string
  /** There is more than `text` shows. */
  readonly truncated: boolean
  /** The content coding that was taken off: `gzip`, `br`, `deflate`. */
  readonly decoded: string | null
  /** The text is JSON, and all of it is here. */
  readonly json: boolean
}

const LONGEST_TEXT = 128 * 1024
const LONGEST_HEX = 1024
/** Decoding more than this only for a look would hold everything else up. */
const LONGEST_DECODED = 4 * 1024 * 1024

export function toBodyPreview(sent: Buffer, headers: HeaderList): BodyPreview {
  const coding = fieldValues(headers, 'content-encoding').join(',').trim().toLowerCase()
  const plain = decode(sent, coding)
  const body = plain ?? sent
  const common = { bytes: sent.length, decoded: plain === undefined ? null : coding }
  if (plain === undefined && imageTypeOf(sent) !== undefined) {
    return { ...common, kind: 'image', text: '', truncated: false, json: false }
  }
  const text = toText(body, fieldValues(headers, 'content-type').at(-1) ?? '')
  if (text === undefined) {
    const truncated = body.length > LONGEST_HEX
    return { ...common, kind: 'hex', text: toHexDump(body), truncated, json: false }
  }
  const truncated = text.length > LONGEST_TEXT
  return {
    ...common,
    kind: 'text',
    text: text.slice(0, LONGEST_TEXT),
    truncated,
    json: !truncated && isJson(text),
  }
}

function decode(body: Buffer, coding: string): Buffer | undefined {
  const limit = { maxOutputLength: LONGEST_DECODED }
  try {
    switch (coding) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limit)
      case 'br':
        return brotliDecompressSync(body, limit)
      case 'deflate':
        return inflateSync(body, limit)
      default:
        return undefined
    }
  } catch {
    // Not what it says it is, or too much of it: shown as it was sent.
    return undefined
  }
}

/** `undefined` for bytes that are no text. */
function toText(body: Buffer, contentType: string): string | undefined {
  if (isUtf8(body)) {
    const text = body.toString('utf8')
    // oxlint-disable-next-line no-control-regex -- text has none of these
    return /[\u0000-\u0008\u000E-\u001A\u001C-\u001F]/.test(text) ? undefined : text
  }
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]
  if (charset === undefined) return undefined
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Offset, sixteen bytes, and the same bytes as ASCII, as `xxd` prints them. */
function toHexDump(body: Buffer): string {
  const lines: string[] = []
  for (let offset = 0; offset < Math.min(body.length, LONGEST_HEX); offset += 16) {
    const row = body.subarray(offset, Math.min(offset + 16, LONGEST_HEX))
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0'))
    const left = hex.slice(0, 8).join(' ').padEnd(23)
    const right = hex.slice(8).join(' ').padEnd(23)
    const ascii = row.toString('latin1').replaceAll(/[^ -~]/g, '·')
    lines.push(`${offset.toString(16).padStart(6, '0')}  ${left}  ${right}  ${ascii}`)
  }
  return lines.join('\n')
}
