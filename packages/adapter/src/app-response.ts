import { endToEnd } from './hop-by-hop.js'
import { bodyBytes, type ResponseParts } from './parts.js'

/** A response as hooks see and make it. */
export interface AppResponse {
  readonly statusCode: number
  /** Reason phrase; the standard one when left out. */
  readonly statusMessage?: string
  /** By name, in lower case when seen; an array for a field that occurs more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A string stands for its UTF-8 bytes. */
  readonly body?: string | Uint8Array
}

/** The response for a hook to see; all members are there, `body` as a `Buffer`. */
export function toAppResponse(parts: ResponseParts): Required<AppResponse> {
  const { statusCode, statusMessage, rawHeaders, body } = parts
  const headers: Record<string, string | readonly string[]> = { __proto__: null } as never
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    headers[name] = name in headers ? [headers[name] as string, value].flat() : value
  }
  return { statusCode, statusMessage, headers, body: bodyBytes(body) }
}

/**
 * @throws Error when a hook made a response that cannot be sent, naming what is wrong with it
 */
export function fromAppResponse(response: AppResponse): ResponseParts {
  const { statusCode, statusMessage = '', headers = {}, body = '' } = response
  if (!Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599) {
    throw new RangeError(`statusCode ${statusCode}`)
  }
  const rawHeaders: string[] = []
  for (const name in headers) {
    process.getBuiltinModule('node:http').validateHeaderName(name)
    // A missing value is as wrong as a line end, which no result takes.
    for (const value of [headers[name]].flat() as readonly (string | number | undefined)[]) {
      rawHeaders.push(name, String(value ?? '\n'))
    }
  }
  return {
    statusCode,
    statusMessage,
    rawHeaders: endToEnd(rawHeaders),
    body: [Buffer.from(body as string)],
  }
}
