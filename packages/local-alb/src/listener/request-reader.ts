import { Buffer } from 'node:buffer'
import { ChunkedDecoder, LengthDecoder } from './chunked.js'
import type { BodyDecoder } from './chunked.js'
import type { Framing } from './framing.js'
import { findHeadEnd, parseHead, readRequestLine } from './head.js'
import type { Head } from './head.js'
import { HEADERS_LIMIT, longHeaders, longRequestLine, REQUEST_LINE_LIMIT } from './limits.js'
import type { Refusal } from '../message.js'

const NOTHING = Buffer.alloc(0)
const LF = 0x0a
const CR = 0x0d

/** Cuts what comes in on a connection into heads and bodies, however it was cut on its way. Holds no socket. */
export class RequestReader {
  readonly #longHeaderStatus: number
  #unread: Buffer = NOTHING
  /** So far without an end of the head in it. */
  #scanned = 0
  #decoder: BodyDecoder | undefined

  constructor(longHeaderStatus: number) {
    this.#longHeaderStatus = longHeaderStatus
  }

  /** Bytes that nobody has taken yet. */
  get buffered(): number {
    return this.#unread.length
  }

  /** Within a body: `readBody` is next, not `readHead`. */
  get inBody(): boolean {
    return this.#decoder !== undefined
  }

  /** How much of the body is still to come; `undefined` when nobody said. */
  get remaining(): number | undefined {
    return this.#decoder === undefined ? 0 : this.#decoder.remaining
  }

  append(bytes: Buffer): void {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes])
  }

  /** The next head; `undefined` while it is incomplete. One that grows over the limits comes with a refusal. */
  readHead(): Head | undefined {
    this.#skipEmptyLines()
    const end = findHeadEnd(this.#unread, this.#scanned)
    if (end === -1) {
      this.#scanned = Math.max(0, this.#unread.length - 3)
      return this.#checkLimits()
    }
    const head = parseHead(this.#unread.toString('latin1', 0, end), this.#longHeaderStatus)
    this.#take(head.length)
    return head
  }

  /** What there is of an incomplete head, as one that is refused. */
  endHead(refusal: Refusal): Head {
    const line = this.#unread.toString('latin1', 0, REQUEST_LINE_LIMIT)
    const head: Head = {
      ...readRequestLine(line.split(/\r?\n/, 1)[0] ?? ''),
      headers: [],
      length: this.#unread.length,
      oddities: { bareLineFeed: false, controls: false, emptyField: false },
      refusal,
    }
    this.#take(this.#unread.length)
    return head
  }

  startBody(framing: Framing): void {
    if (framing.kind === 'chunked') this.#decoder = new ChunkedDecoder()
    else if (framing.kind === 'length' && framing.length > 0) {
      this.#decoder = new LengthDecoder(framing.length)
    }
  }

  /**
   * @param take gets the body's bytes
   * @returns whether the body has ended
   * @throws {RefusedError} when its framing is broken
   */
  readBody(take: (payload: Buffer) => void): boolean {
    const decoder = this.#decoder
    if (decoder === undefined) return true
    const bytes = this.#unread
    this.#unread = NOTHING
    const taken = decoder.decode(bytes, take)
    if (taken < bytes.length) this.#unread = bytes.subarray(taken)
    if (!decoder.done) return false
    this.#decoder = undefined
    return true
  }

  /** Ends the reading, in a body or not; what is there goes to the caller. */
  stop(): Buffer {
    const rest = this.#unread
    this.#unread = NOTHING
    this.#decoder = undefined
    return rest
  }

  #take(length: number): void {
    this.#unread = length === this.#unread.length ? NOTHING : this.#unread.subarray(length)
    this.#scanned = 0
  }

  /** In front of a request line: RFC 9112, section 2.2. */
  #skipEmptyLines(): void {
    let start = 0
    while (this.#unread[start] === CR || this.#unread[start] === LF) start++
    if (start > 0) this.#take(start)
  }

  #checkLimits(): Head | undefined {
    const { length } = this.#unread
    if (length <= REQUEST_LINE_LIMIT) return undefined
    const lineFeed = this.#unread.indexOf(LF)
    // With room for the CR that may belong to the line end.
    if (lineFeed === -1 && length > REQUEST_LINE_LIMIT + 1)
      return this.endHead(longRequestLine(length))
    if (lineFeed !== -1 && length - lineFeed > HEADERS_LIMIT + 4) {
      return this.endHead(longHeaders(length - lineFeed, this.#longHeaderStatus))
    }
    return undefined
  }
}
