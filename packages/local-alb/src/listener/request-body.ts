import type { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'

/** Where a body comes from. */
export interface BodySource {
  /** The body's reader has room again. */
  resumeBody(): void
  /** Nobody reads the body any more; what is still to come goes nowhere. */
  dropBody(): void
}

/** The body of a request, with back-pressure. */
export class RequestBody extends Readable {
  #source: BodySource | undefined

  /** Without a source: no body. */
  constructor(source?: BodySource) {
    super()
    this.#source = source
    // A client may vanish before anybody reads its body; that must not end the process.
    if (source !== undefined) this.on('error', ignore)
  }

  /** @returns whether there is room for more */
  deliver(payload: Buffer): boolean {
    return this.destroyed || this.push(payload)
  }

  /** The body has ended or failed, and its source moves on: a request may be kept for long, its connection may not. */
  end(error?: Error): void {
    this.#source = undefined
    if (error !== undefined) this.destroy(error)
    else if (!this.destroyed) this.push(null)
  }

  override _read(): void {
    if (this.#source === undefined) this.push(null)
    else this.#source.resumeBody()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source?.dropBody()
    this.#source = undefined
    callback(error)
  }
}

function ignore(): void {}
