import { firstDifference } from '../compare/bytes.js'
import type { Content } from '../compare/content.js'
import { markup, type Html } from './markup.js'

/** Two bodies that are no text: pictures where they are pictures, else the bytes around the first difference. */
export function toBytesView(left: Content, right: Content): Html {
  const at =
    firstDifference(left.bytes, right.bytes) ?? Math.min(left.bytes.length, right.bytes.length)
  const from = Math.max(0, (at & ~15) - 32)
  const side = (content: Content, name: string): Html =>
    markup`<div class="bytes">
      <p class="muted">
        ${name}: ${content.mediaType === '' ? 'no type' : content.mediaType},
        ${content.bytes.length.toLocaleString('en')}
        bytes${content.undecoded !== undefined && `, still ${content.coding}`}
      </p>
      ${toPicture(content, name)}
      <pre>${toHexRows(content.bytes, from, at)}</pre>
    </div>`
  return markup`<p class="muted">
      First difference at byte ${at.toLocaleString('en')} (${`0x${at.toString(16)}`})
    </p>
    <div class="two">${side(left, 'Left')}${side(right, 'Right')}</div>`
}

/** Only formats that cannot run anything, and only what does not blow the page up. */
function toPicture({ bytes, mediaType }: Content, name: string): Html | undefined {
  if (!PICTURES.has(mediaType) || bytes.length > MAX_PICTURE_BYTES) return undefined
  return markup`<img
    class="picture"
    alt="${name}: ${mediaType}"
    src="data:${mediaType};base64,${bytes.toString('base64')}"
  />`
}

const PICTURES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
])
const MAX_PICTURE_BYTES = 512 * 1024

const ROWS = 6
const PER_ROW = 16

function toHexRows(bytes: Buffer, from: number, at: number): Html[] {
  if (bytes.length <= from) return [markup`(ends before)`]
  return Array.from({ length: ROWS }, (_, row) => from + row * PER_ROW)
    .filter((start) => start < bytes.length)
    .map((start) => {
      const row = bytes.subarray(start, start + PER_ROW)
      const cells = Array.from(row, (byte, index) => {
        const hex = byte.toString(16).padStart(2, '0')
        return start + index === at ? markup`<mark>${hex}</mark> ` : `${hex} `
      })
      const text = row.toString('latin1').replaceAll(/[^\x20-\x7E]/g, '·')
      return markup`<span class="no">${start.toString(16).padStart(8, '0')}</span>  ${cells}${'   '.repeat(PER_ROW - row.length)} ${text}
`
    })
}
