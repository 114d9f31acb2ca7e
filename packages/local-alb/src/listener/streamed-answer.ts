import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Answer, AnswerEvents } from './answer-events.js'
import type { AnswerHead } from './write-head.js'

/** Sends a head and a body that comes bit by bit, no faster than the client reads. */
export class StreamedAnswer implements Answer {
  readonly keepAlive: boolean
  sentBytes: number
  readonly #socket: Socket
  readonly #stream: Readable
  readonly #framing: AnswerHead['body']
  readonly #events: AnswerEvents
  /** Of a declared length. */
  #left: number
  #over = false

  constructor(socket: Socket, head: AnswerHead, stream: Readable, events: AnswerEvents) {
    this.keepAlive = head.keepAlive
    this.sentBytes = head.text.length
    this.#socket = socket
    this.#stream = stream
    this.#framing = head.body
    this.#events = events
    this.#left = head.body === 'length' ? head.length : Infinity
    socket.write(head.text, 'latin1')
    stream.on('error', this.#break)
    stream.on('close', this.#break)
    stream.on('end', this.#finish)
    stream.on('data', this.#send)
    // It may be over before anybody listened.
    if (stream.readableEnded) this.#finish()
    else if (stream.destroyed) this.#break()
  }

  resume(): void {
    if (!this.#over) this.#stream.resume()
  }

  cutOff(): void {
    this.#over = true
    this.#stream.destroy()
  }

  readonly #send = (data: Buffer | string): void => {
    const chunk = typeof data === 'string' ? Buffer.from(data) : data
    if (this.#over || chunk.length === 0) return
    // More than was declared would pass for the next answer.
    const payload = chunk.length <= this.#left ? chunk : chunk.subarray(0, this.#left)
    this.#left -= payload.length
    const hasRoom =
      this.#framing === 'chunked' ? this.#writeChunk(payload) : this.#socket.write(payload)
    this.sentBytes += payload.length
    if (payload.length < chunk.length) this.#break()
    else if (!hasRoom) this.#stream.pause()
  }

  #writeChunk(payload: Buffer): boolean {
    const size = `${payload.length.toString(16)}\r\n`
    this.sentBytes += size.length + 2
    this.#socket.cork()
    this.#socket.write(size, 'latin1')
    this.#socket.write(payload)
    const hasRoom = this.#socket.write('\r\n', 'latin1')
    this.#socket.uncork()
    return hasRoom
  }

  readonly #finish = (): void => {
    if (this.#over) return
    if (this.#framing === 'length' && this.#left > 0) {
      this.#break()
      return
    }
    this.#over = true
    const end = this.#framing === 'chunked' ? '0\r\n\r\n' : ''
    this.sentBytes += end.length
    this.#socket.write(end, 'latin1', this.#events.onFlushed)
  }

  readonly #break = (): void => {
    if (this.#over) return
    this.cutOff()
    this.#events.onBroken()
  }
}
