import type { Buffer } from 'node:buffer'
import { RefusedError } from '../message.js'
import { HEADER_LIMIT, HEADERS_LIMIT, badRequest } from './limits.js'

/** Finds the end of a body in what comes in on a connection. */
export interface BodyDecoder {
  /** The body has ended; the next byte belongs to the next request. */
  readonly done: boolean
  /** How much of the body is still to come; `undefined` when nobody said. */
  readonly remaining: number | undefined
  /**
   * Takes bytes up to the end of the body.
   *
   * @param take gets the body's own bytes, as views of `bytes`
   * @returns the index of the first byte that was not taken
   * @throws {RefusedError} when the framing is broken
   */
  decode(bytes: Buffer, take: (payload: Buffer) => void): number
}

/** A body of a declared length. */
export class LengthDecoder implements BodyDecoder {
  remaining: number

  constructor(length: number) {
    this.remaining = length
  }

  get done(): boolean {
    return this.remaining === 0
  }

  decode(bytes: Buffer, take: (payload: Buffer) => void): number {
    const taken = Math.min(bytes.length, this.remaining)
    this.remaining -= taken
    if (taken > 0) take(taken === bytes.length ? bytes : bytes.subarray(0, taken))
    return taken
  }
}

type State =
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer'
  | 'trailer-lf'
  | 'done'

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b
/** Enough for 2^48 bytes, and exact as a number. */
const MAX_SIZE_DIGITS = 12

/**
 * A body in chunks: RFC 9112, section 7.1. Extensions and trailers are read and dropped, up to the limits for header
 * fields. Line ends must be CRLF here: a stray byte would make the rest of the body pass for the next request.
 */
export class ChunkedDecoder implements BodyDecoder {
  readonly remaining: number | undefined = undefined
  #state: State = 'size'
  #size = 0
  #digits = 0
  /** Bytes of the extension, or of all trailers. */
  #ignored = 0
  /** Bytes in the trailer line so far; the empty line is the last. */
  #line = 0

  get done(): boolean {
    return this.#state === 'done'
  }

  decode(bytes: Buffer, take: (payload: Buffer) => void): number {
    let position = 0
    while (position < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, position + this.#size)
        take(bytes.subarray(position, end))
        this.#size -= end - position
        position = end
        if (this.#size === 0) this.#state = 'data-cr'
      } else {
        this.#step(bytes[position] as number)
        position++
      }
    }
    return position
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#readSize(byte)
        break
      case 'extension':
        this.#ignore(byte, HEADER_LIMIT, 'The extension of a chunk')
        if (byte === CR) this.#state = 'size-lf'
        break
      case 'size-lf':
        expect(byte, LF)
        this.#endSize()
        break
      case 'data-cr':
        expect(byte, CR)
        this.#state = 'data-lf'
        break
      case 'data-lf':
        expect(byte, LF)
        this.#state = 'size'
        break
      case 'trailer':
        this.#ignore(byte, HEADERS_LIMIT, 'The trailer section')
        if (byte === CR) this.#state = 'trailer-lf'
        else this.#line++
        break
      case 'trailer-lf':
        expect(byte, LF)
        this.#ignored++
        this.#state = this.#line === 0 ? 'done' : 'trailer'
        this.#line = 0
        break
      case 'data':
      case 'done':
        break
    }
  }

  #readSize(byte: number): void {
    const digit = hexadecimal(byte)
    if (digit !== -1) {
      this.#digits++
      if (this.#digits > MAX_SIZE_DIGITS) throw broken('The size of a chunk is too large.')
      this.#size = this.#size * 16 + digit
      return
    }
    if (this.#digits === 0) throw broken('A chunk does not start with its size in hexadecimal.')
    if (byte === CR) this.#state = 'size-lf'
    // Whitespace before an extension: RFC 9112, section 7.1.1.
    else if (byte === SEMICOLON || byte === 0x20 || byte === 0x09) this.#state = 'extension'
    else throw broken('The size of a chunk is not hexadecimal.')
  }

  #endSize(): void {
    this.#state = this.#size === 0 ? 'trailer' : 'data'
    this.#digits = 0
    this.#ignored = 0
  }

  #ignore(byte: number, limit: number, what: string): void {
    this.#ignored++
    if (byte === LF) throw broken(`${what} has a line feed without a carriage return.`)
    if (this.#ignored > limit) throw broken(`${what} is longer than ${limit} bytes.`)
  }
}

function expect(byte: number, wanted: typeof CR | typeof LF): void {
  if (byte !== wanted) throw broken('A chunk or its size does not end with CRLF.')
}

function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

function broken(explanation: string): RefusedError {
  return new RefusedError(badRequest(`${explanation} The chunked body is malformed.`))
}
