import { createHash } from 'node:crypto'
import { type CapturedBody, MAX_KEPT_BYTES } from './answer.js'

/** Takes a body piece by piece: keeps its beginning, counts and digests all of it. */
export class BodyCapture {
  readonly #hash = createHash('sha256')
  readonly #kept: Buffer[] = []
  #keptLength = 0
  #length = 0

  add(chunk: Buffer): void {
    this.#hash.update(chunk)
    this.#length += chunk.length
    const room = MAX_KEPT_BYTES - this.#keptLength
    if (room <= 0) return
    const part = chunk.subarray(0, room)
    this.#kept.push(part)
    this.#keptLength += part.length
  }

  end(): CapturedBody {
    return {
      bytes: Buffer.concat(this.#kept, this.#keptLength),
      length: this.#length,
      sha256: this.#hash.digest('hex'),
    }
  }
}
