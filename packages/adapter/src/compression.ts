import type { AppResponse } from './app-response.js'

const COMPRESSIBLE = /^text\/|json|xml|javascript|wasm/i

/**
 * `BROTLI_PARAM_QUALITY` (1) is 5: smaller than gzip and about as fast. Gzip has no such parameter.
 */
const BROTLI_OPTIONS = { params: { 1: 5 } }

/**
 * The response in brotli or gzip, with the header fields that go with it; `undefined` when the client
 * takes neither, or when compressing would not make the response smaller or not leave it intact.
 *
 * @param acceptEncoding the request's `Accept-Encoding`
 */
export async function compress(
  response: AppResponse,
  acceptEncoding = '',
): Promise<AppResponse | undefined> {
  const headers: Record<string, string | readonly string[]> = { ...response.headers }
  // Named, and not with a weight of 0 (RFC 9110, section 12.5.3).
  const coding = ['br', 'gzip'].find((name) =>
    new RegExp(`\\b${name}\\b(?! *; *q=0(\\.0*)? *(,|$))`, 'i').test(acceptEncoding),
  )
  if (
    coding === undefined ||
    !COMPRESSIBLE.test(String(headers['content-type'])) ||
    headers['content-encoding'] !== undefined ||
    // A range is a piece of the representation as it is.
    response.statusCode === 206 ||
    // RFC 9111, section 5.2.2.6.
    /no-transform/i.test(String(headers['cache-control']))
  ) {
    return undefined
  }
  const zlib = process.getBuiltinModule('node:zlib')
  const code = process
    .getBuiltinModule('node:util')
    .promisify<string | Uint8Array, object, Buffer>(
      coding === 'br' ? zlib.brotliCompress : zlib.gzip,
    )
  const body = await code(response.body ?? '', BROTLI_OPTIONS)
  headers['content-encoding'] = coding
  const vary = String(headers['vary'] ?? '')
  if (!/\*|accept-encoding/i.test(vary)) headers['vary'] = (vary && `${vary}, `) + 'Accept-Encoding'
  // A strong tag promises the same bytes, which another coding does not have (RFC 9110, section
  // 8.8.3.3). A weak one still answers If-None-Match.
  if (headers['etag']) headers['etag'] = String(headers['etag']).replace(/^"/, 'W/"')
  delete headers['content-length']
  return { ...response, headers, body }
}
