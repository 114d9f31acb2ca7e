import { validateHeaderName, validateHeaderValue } from 'node:http'
import { bodyBytes, type ResponseParts } from './parts.js'

/** A response as hooks see and make it. */
export interface AppResponse {
  readonly statusCode: number
  /** Reason phrase; Node's text for the status when left out. */
  readonly statusMessage?: string
  /** By lower-case name; an array for a field that occurs more than once. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** A string stands for its UTF-8 bytes. */
  readonly body: string | Buffer
}

export function toAppResponse(parts: ResponseParts): AppResponse & { readonly body: Buffer } {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string>
  for (let i = 0; i < parts.rawHeaders.length; i += 2) {
    const name = (parts.rawHeaders[i] as string).toLowerCase()
    const value = parts.rawHeaders[i + 1] as string
    const held = headers[name]
    if (held === undefined) headers[name] = value
    else if (typeof held === 'string') headers[name] = [held, value]
    else held.push(value)
  }
  const { statusCode, statusMessage } = parts
  return { statusCode, statusMessage, headers, body: bodyBytes(parts.body) }
}

/**
 * @throws TypeError when a hook made a response that no server could send
 */
export function fromAppResponse(response: AppResponse): ResponseParts {
  const { statusCode, statusMessage = '', headers = {}, body = '' } = response
  if (!Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599) {
    throw new TypeError(
      `The response's statusCode is ${String(statusCode)}; it must be 200 to 599.`,
    )
  }
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
    throw new TypeError("The response's body must be a string or a Buffer.")
  }
  validateHeaderValue('statusMessage', statusMessage)
  const rawHeaders: string[] = []
  for (const [name, values] of Object.entries(headers)) {
    validateHeaderName(name)
    for (const value of Array.isArray(values)
      ? (values as readonly string[])
      : [values as string]) {
      validateHeaderValue(name, value)
      rawHeaders.push(name, String(value))
    }
  }
  const wellFormed = typeof body === 'string' ? body.toWellFormed() : body
  return { statusCode, statusMessage, rawHeaders, body: [wellFormed] }
}
