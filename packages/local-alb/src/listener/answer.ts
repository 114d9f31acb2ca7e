import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { HttpResponse } from '../message.js'
import type { Answer, AnswerEvents } from './answer-events.js'
import { StreamedAnswer } from './streamed-answer.js'
import { toHead } from './write-head.js'
import type { AnswerTo } from './write-head.js'

/** Larger bodies are not worth the copy that puts them into one write with the head. */
const COPY_LIMIT = 65_536

const SERVER_ERROR =
  'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

/**
 * Sends an answer, in a single write where that is possible.
 *
 * @throws {TypeError} when it has no form on the wire; nothing is sent then
 */
export function sendAnswer(
  socket: Socket,
  response: HttpResponse,
  to: AnswerTo,
  { onFlushed, onBroken }: AnswerEvents,
): Answer {
  const head = toHead(response, to)
  const { keepAlive, text } = head
  const { body } = response
  if (body instanceof Readable) {
    if (head.body !== 'none') return new StreamedAnswer(socket, head, body, { onFlushed, onBroken })
    discardBody(response)
  }
  if (head.body === 'none' || !(body instanceof Uint8Array)) {
    socket.write(text, 'latin1', onFlushed)
    return { keepAlive, sentBytes: text.length }
  }
  const sentBytes = text.length + body.length
  if (body.length > COPY_LIMIT) {
    socket.cork()
    socket.write(text, 'latin1')
    socket.write(body, onFlushed)
    socket.uncork()
  } else {
    const message = Buffer.allocUnsafe(sentBytes)
    message.write(text, 'latin1')
    message.set(body, text.length)
    socket.write(message, onFlushed)
  }
  return { keepAlive, sentBytes }
}

/** The handler failed, which it should not: the client gets to know that much. */
export function sendServerError(socket: Socket, onFlushed: AnswerEvents['onFlushed']): Answer {
  socket.write(SERVER_ERROR, 'latin1', onFlushed)
  return { keepAlive: false, sentBytes: SERVER_ERROR.length }
}

/** For a response that will not be sent: frees what stands behind its stream. */
export function discardBody({ body }: HttpResponse): void {
  if (!(body instanceof Readable)) return
  body.on('error', () => {})
  body.destroy()
}
