import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { bodyBytes, firstValue, type ResponseParts } from './parts.js'

export type Coding = 'br' | 'gzip'

const compressors: Readonly<Record<Coding, (bytes: Buffer) => Promise<Buffer>>> = {
  // Quality 5 is where brotli is smaller than gzip at about gzip's speed.
  br: (bytes) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => promisify(gzip)(bytes),
}

/**
 * The content coding to compress a response with: `undefined` when the client takes neither brotli
 * nor gzip, or when the response is not one that compressing makes smaller or leaves intact.
 */
export function codingFor(
  parts: ResponseParts,
  acceptEncoding: string | undefined,
): Coding | undefined {
  const { rawHeaders, statusCode } = parts
  const type = firstValue(rawHeaders, 'content-type')
  if (type === undefined || !COMPRESSIBLE.test(type)) return undefined
  // A range is a piece of the representation as it is; a second coding would hide the first.
  if (statusCode === 206 || firstValue(rawHeaders, 'content-encoding') !== undefined)
    return undefined
  // RFC 9111, section 5.2.2.6.
  if (/\bno-transform\b/i.test(firstValue(rawHeaders, 'cache-control') ?? '')) return undefined
  return preferred(acceptEncoding)
}

const COMPRESSIBLE =
  /^\s*(?:text\/|application\/(?:[\w.-]*(?:json|xml|javascript|ecmascript|text|yaml|wasm|x-sh|sql|graphql|x-www-form-urlencoded)|[\w.-]+\+(?:json|xml|text|yaml)|(?:x-)?ndjson|vnd\.ms-fontobject)|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon)|font\/(?:ttf|otf)|model\/)/i

/** The coding with the higher weight in `Accept-Encoding`, brotli on a tie (RFC 9110, section 12.5.3). */
function preferred(acceptEncoding: string | undefined): Coding | undefined {
  const weights = new Map<string, number>()
  for (const item of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(coding, q === undefined ? 1 : Number(q.slice(2)) || 0)
  }
  const others = weights.get('*') ?? 0
  const br = weights.get('br') ?? others
  const gz = weights.get('gzip') ?? weights.get('x-gzip') ?? others
  if (br <= 0 && gz <= 0) return undefined
  return br >= gz ? 'br' : 'gzip'
}

/** The response in a content coding, with the header fields that go with it. */
export async function compress(parts: ResponseParts, coding: Coding): Promise<ResponseParts> {
  const bytes = await compressors[coding](bodyBytes(parts.body))
  const rawHeaders: string[] = []
  let varies = false
  for (let i = 0; i < parts.rawHeaders.length; i += 2) {
    const name = parts.rawHeaders[i] as string
    let value = parts.rawHeaders[i + 1] as string
    switch (name.toLowerCase()) {
      case 'content-length':
      // The bytes of the coded representation cannot be asked for in ranges of the plain one.
      // falls through
      case 'accept-ranges':
        continue
      case 'vary':
        varies ||= /(?:^|,)\s*(?:\*|accept-encoding)\s*(?:,|$)/i.test(value)
        break
      case 'etag':
        // A strong tag promises the same bytes, which another coding does not have (RFC 9110,
        // section 8.8.3.3). A weak one still answers If-None-Match.
        if (!value.startsWith('W/')) value = `W/${value}`
        break
    }
    rawHeaders.push(name, value)
  }
  if (!varies) rawHeaders.push('Vary', 'Accept-Encoding')
  rawHeaders.push('Content-Encoding', coding)
  return { ...parts, rawHeaders, body: [bytes] }
}
