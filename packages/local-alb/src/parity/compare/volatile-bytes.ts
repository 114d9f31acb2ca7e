/** Where a body comes out otherwise when it is made once more, such as the identifier within a PDF. */
export interface VolatileBytes {
  /** Whether other bytes differ from it only there. */
  covers(other: Buffer): boolean
}

/** Random bytes are the same by chance now and then; places this near to each other are one. */
const NEAR = 16

/** So are, one time in 128, the first or the last of them: as many bytes beside a place may be of it. A hex digit takes two. */
const EDGE = 2

/** Nothing when both are the same. What has another length each time, or hardly a byte that stays, covers nothing. */
export function volatileBytes(bytes: Buffer, again: Buffer): VolatileBytes | undefined {
  if (bytes.equals(again)) return undefined
  const ranges = bytes.length === again.length ? rangesOf(bytes, again) : []
  const covered = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  return {
    covers: (other) => {
      if (other.length !== bytes.length || covered === 0 || covered * 2 > bytes.length) return false
      const starts = [0, ...ranges.map(({ end }) => end + EDGE)]
      const ends = [...ranges.map(({ start }) => Math.max(start - EDGE, 0)), bytes.length]
      return starts.every((start, index) =>
        bytes.subarray(start, ends[index]).equals(other.subarray(start, ends[index])),
      )
    },
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

function rangesOf(bytes: Buffer, again: Buffer): Range[] {
  const ranges: Range[] = []
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === again[at]) continue
    const last = ranges.at(-1)
    if (last !== undefined && at - last.end <= NEAR) {
      ranges[ranges.length - 1] = { start: last.start, end: at + 1 }
    } else ranges.push({ start: at, end: at + 1 })
  }
  return ranges
}
