import type { ServerResponse } from 'node:http'

/**
 * On everything that is answered. The page runs no script, shows no style and loads no data but its own, and cannot be
 * framed; `require-trusted-types-for` makes the browser itself refuse to turn text into HTML.
 */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendBytes(response, status, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(value)))
}

/** @param message one sentence: what was wrong, and what to do */
export function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: message })
}

export function sendBytes(
  response: ServerResponse,
  status: number,
  contentType: string,
  content: Buffer,
): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': content.length })
  response.end(content)
}

/** As a file to keep: a browser never shows it, whatever is in it. */
export function sendFile(response: ServerResponse, name: string, content: Buffer): void {
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`)
  sendBytes(response, 200, 'application/octet-stream', content)
}
