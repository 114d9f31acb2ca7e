import { fieldValues, type HttpResponse, RefusedError } from '../message.js'
import type { Settings } from '../options.js'
import { dateField, serverField } from '../result/own-fields.js'
import type { ForwardedRequest } from '../targets/target.js'
import { toByteString } from './byte-string.js'
import type { RedirectAction } from './definition.js'
import { splitHost } from './hostname.js'

/** The first is the status line's phrase, the second stands in the page; real answers have both, as here. */
const PHRASES = {
  301: ['Moved Permanently', 'Moved Permanently'],
  302: ['Moved Temporarily', 'Found'],
} as const

/** AWS answers 507 when "the redirect URL is too long" and gives no number; this is what common clients still take. */
const MAX_LOCATION_LENGTH = 8192

/**
 * The answer of a redirect action. Its URL always names the port, also 80 and 443, as those of real load balancers do; an
 * empty query leaves no `?` behind. `#{path}` comes without its leading slash (AWS: "RedirectActionConfig").
 *
 * @throws {RefusedError} 507 when the URL is too long
 */
export function toRedirect(
  action: RedirectAction,
  request: ForwardedRequest,
  settings: Pick<Settings, 'serverHeader'>,
): HttpResponse {
  const location = toLocation(action, request)
  if (location.length > MAX_LOCATION_LENGTH) {
    throw new RefusedError({
      status: 507,
      explanation: `the redirect URL has ${location.length} characters; local-alb takes ${MAX_LOCATION_LENGTH} for the limit, AWS names none`,
    })
  }
  const [reason, title] = PHRASES[action.status]
  const heading = `${action.status} ${title}`
  const page = [
    '<html>',
    `<head><title>${heading}</title></head>`,
    '<body>',
    `<center><h1>${heading}</h1></center>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n')
  return {
    status: action.status,
    reason,
    headers: [
      ...serverField(settings),
      dateField(),
      ['Content-Type', 'text/html'],
      ['Location', location],
    ],
    body: Buffer.from(page),
  }
}

function toLocation(action: RedirectAction, request: ForwardedRequest): string {
  const { connection, headers } = request
  const keywords: Readonly<Record<string, string>> = {
    protocol: connection.protocol,
    host: splitHost(fieldValues(headers, 'host')[0] ?? '').name,
    port: fieldValues(headers, 'x-forwarded-port')[0] ?? String(connection.local.port),
    path: request.path.slice(1),
    query: request.query ?? '',
  }
  // One pass: a keyword inside the client's own path or query stays what it is.
  const fill = (template: string): string =>
    toByteString(template).replaceAll(
      /#\{(protocol|host|port|path|query)\}/g,
      (_, word: string) => keywords[word] ?? '',
    )

  const query = fill(action.query)
  const origin = `${fill(action.protocol).toLowerCase()}://${fill(action.host)}:${fill(action.port)}`
  return escapeInvisible(`${origin}${fill(action.path)}${query && `?${query}`}`)
}

/** A path may hold bytes that no header may: they go percent-encoded. */
function escapeInvisible(url: string): string {
  return url.replaceAll(
    /[^\x21-\x7e]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
