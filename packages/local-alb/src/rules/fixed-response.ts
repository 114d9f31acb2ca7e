import { STATUS_CODES } from 'node:http'
import type { HttpResponse } from '../message.js'
import type { Settings } from '../options.js'
import { dateField, serverField } from '../result/own-fields.js'
import type { FixedResponseAction } from './definition.js'

/**
 * The answer of a fixed-response action (AWS: "Fixed-response actions"). AWS does not say which content type goes with a
 * response that names none; `text/plain` is taken. Its charset is always UTF-8.
 */
export function toFixedResponse(
  action: FixedResponseAction,
  settings: Pick<Settings, 'serverHeader'>,
): HttpResponse {
  const { status, contentType = 'text/plain', body } = action
  return {
    status,
    reason: STATUS_CODES[status] ?? 'Unknown',
    headers: [
      ...serverField(settings),
      dateField(),
      ['Content-Type', `${contentType}; charset=utf-8`],
    ],
    body: status === 204 ? undefined : Buffer.from(body),
  }
}
