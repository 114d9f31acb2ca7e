// Bytes that workloads send and count.

const MEGABYTE = 1024 * 1024

/** Bytes of every value, not valid UTF-8, and the same in every process. */
export const noise = Buffer.alloc(MEGABYTE)
for (let i = 0, x = 0x2545f491; i < noise.length; i++) {
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  noise[i] = x
}

/**
 * A sum over every 4096th byte of the whole: cheap, and wrong when bytes are lost, moved or changed.
 *
 * @param {Buffer} chunk
 * @param {number} offset where the chunk stands in the whole
 * @param {number} sum
 */
export function sampled(chunk, offset, sum) {
  let result = sum
  for (let i = (4096 - (offset % 4096)) % 4096; i < chunk.length; i += 4096) {
    result = (result * 31 + (chunk[i] ?? 0)) % 65521
  }
  return result
}
