import type { IncomingMessage } from 'node:http'
import {
  MAX_PAYLOAD_BYTES,
  parseErrorBody,
  toTooLargeError,
  type FunctionError,
} from './function-error.js'

/** What a handler came to. */
export type Answer = Success | Failure

interface Success {
  readonly kind: 'success'
  readonly payload: string
}

interface Failure {
  readonly kind: 'error'
  readonly error: FunctionError
}

interface Reading<Read extends Answer> {
  readonly answer: Read
  readonly isTooLarge: boolean
}

/** Reads a posted result. One over the limit is an error, and is read to its end so that the runtime hears of it. */
export async function readAnswer(request: IncomingMessage): Promise<Reading<Answer>> {
  const { text, size } = await readBody(request)
  if (size <= MAX_PAYLOAD_BYTES) {
    const answer = fromTrailers(request) ?? ({ kind: 'success', payload: text } as const)
    return { answer, isTooLarge: false }
  }
  const error = toTooLargeError(size)
  return { answer: { kind: 'error', error }, isTooLarge: true }
}

/** Reads a posted error. */
export async function readError(request: IncomingMessage): Promise<Reading<Failure>> {
  const { text } = await readBody(request)
  const type = request.headers['lambda-runtime-function-error-type']
  const error = parseErrorBody(text, typeof type === 'string' ? type : undefined)
  return { answer: { kind: 'error', error }, isTooLarge: false }
}

async function readBody(request: IncomingMessage): Promise<{ text: string; size: number }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_PAYLOAD_BYTES) chunks.push(chunk)
  }
  return { text: Buffer.concat(chunks).toString('utf8'), size }
}

/** A handler that streams its result and fails half-way says so after the body. */
function fromTrailers(request: IncomingMessage): Failure | undefined {
  const type = request.trailers['lambda-runtime-function-error-type']
  if (type === undefined) return undefined
  const body = request.trailers['lambda-runtime-function-error-body'] ?? ''
  const text = Buffer.from(body, 'base64').toString('utf8')
  return { kind: 'error', error: parseErrorBody(text, type) }
}
