import type { HeaderField } from '../message.js'
import type { Settings } from '../options.js'

/** `Server` as the load balancer names itself; nothing with `routing.http.response.server.enabled` off. */
export function serverField({ serverHeader }: Pick<Settings, 'serverHeader'>): HeaderField[] {
  return serverHeader ? [['Server', 'awselb/2.0']] : []
}

export function dateField(): HeaderField {
  const second = Math.floor(Date.now() / 1000)
  if (second !== written.second) written = { second, text: new Date(second * 1000).toUTCString() }
  return ['Date', written.text]
}

// Writing a date out costs more than all the rest of a small answer's head; once a second is enough.
let written = { second: -1, text: '' }
