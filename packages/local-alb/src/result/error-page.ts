import { STATUS_CODES } from 'node:http'
import type { HttpResponse, Refusal } from '../message.js'
import type { Settings } from '../options.js'
import { dateField, serverField } from './own-fields.js'

/**
 * The page with which a load balancer answers by itself. It says no more than the status; what was wrong is for the
 * access log. Connections are closed after a 400, as seen, and whenever the refusal says so.
 */
export function toErrorPage(
  refusal: Refusal,
  settings: Pick<Settings, 'serverHeader'>,
): HttpResponse {
  const { status } = refusal
  const reason = PHRASES[status] ?? STATUS_CODES[status] ?? ''
  return {
    status,
    reason,
    headers: [...serverField(settings), dateField(), ['Content-Type', 'text/html']],
    // A 464 of a real load balancer has no body, so those of AWS's other codes will have none.
    body: Buffer.from(reason === '' ? '' : page(`${status} ${reason}`)),
    close: refusal.close ?? status === 400,
  }
}

/** Where a load balancer's words are not those of the RFC: as in pages with `Server: awselb/2.0`, and nginx's for others. */
const PHRASES: Readonly<Record<number, string>> = {
  405: 'Not Allowed',
  408: 'Request Time-out',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

function page(title: string): string {
  return [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n')
}
