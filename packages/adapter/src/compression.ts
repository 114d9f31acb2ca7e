import type { AppResponse } from './app-response.js'

/**
 * The response in brotli or gzip, with the header fields that go with it; `undefined` when the client
 * takes neither, or when compressing would not make the response smaller or not leave it intact.
 *
 * @param acceptEncoding the request's `Accept-Encoding`
 */
export async function compress(
  response: AppResponse,
  acceptEncoding: string,
): Promise<AppResponse | undefined> {
  const headers: Record<string, string | readonly string[]> = { ...response.headers }
  // RFC 9110, section 12.5.3.
  const weights: Record<string, number> = {}
  // Names, and their weights where there are any.
  const codings = acceptEncoding.toLowerCase().matchAll(/([^\s,;]+)(?:\s*;\s*q=([\d.]+))?/g)
  for (const [, name, weight = 1] of codings) weights[name as string] = Number(weight)
  const weightOf = (name: string): number => weights[name] ?? weights['*'] ?? 0
  const coding = weightOf('gzip') > weightOf('br') ? 'gzip' : 'br'
  if (
    !weightOf(coding) ||
    !/^text\/|json|xml|javascript|wasm/i.test(headers['content-type'] as string) ||
    headers['content-encoding'] ||
    // A range is a piece of the representation as it is.
    response.statusCode === 206 ||
    // RFC 9111, section 5.2.2.6.
    /no-transform/i.test(headers['cache-control'] as string)
  ) {
    return undefined
  }
  const zlib = process.getBuiltinModule('node:zlib')
  const code = process
    .getBuiltinModule('node:util')
    .promisify<string | Uint8Array, object, Buffer>(
      zlib[coding === 'br' ? 'brotliCompress' : coding],
    )
  // BROTLI_PARAM_QUALITY (1) is 5: smaller than gzip and about as fast. Gzip has no such parameter.
  const body = await code(response.body ?? '', { params: { 1: 5 } })
  headers['content-encoding'] = coding
  const { vary = '' } = headers as { vary?: string }
  if (!/\*|accept-encoding/i.test(vary)) headers['vary'] = (vary && `${vary}, `) + 'Accept-Encoding'
  // A strong tag promises the same bytes, which another coding does not have (RFC 9110, section
  // 8.8.3.3). A weak one still answers If-None-Match.
  headers['etag'] &&= String(headers['etag']).replace(/^"/, 'W/"')
  // Ranges of the bytes as they were. (A length that is not the body's is left out of every result.)
  delete headers['accept-ranges']
  return { ...response, headers, body }
}
