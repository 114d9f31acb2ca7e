/**
 * The media type of an image that is safe to show, by its first bytes; the type that a response claims is not to be
 * trusted. Raster formats only: SVG can hold scripts.
 */
export function imageTypeOf(body: Buffer): string | undefined {
  const start = body.toString('latin1', 0, 12)
  if (start.startsWith('\u0089PNG\r\n\u001A\n')) return 'image/png'
  if (start.startsWith('\u00FF\u00D8\u00FF')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  if (/^RIFF.{4}WEBP/s.test(start)) return 'image/webp'
  if (/^.{4}ftypavi[fs]/s.test(start)) return 'image/avif'
  return undefined
}
