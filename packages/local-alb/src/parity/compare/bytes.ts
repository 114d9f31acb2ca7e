import type { Findings } from './finding.js'
import { volatileBytes } from './volatile-bytes.js'

/** A body, or as much of it as was kept. */
export interface Bytes {
  readonly bytes: Buffer
  /** Of all of it. */
  readonly length: number
  /** Of all of it, as it came. */
  readonly sha256: string
}

export interface BytesPair {
  readonly left: Bytes
  readonly right: Bytes
  /** Left's once more. */
  readonly probe?: Buffer | undefined
  /** Why they are still in their content coding. */
  readonly undecoded?: string | undefined
}

/** Two bodies that are no text: length, digest, and where they part. */
export function compareBytes(pair: BytesPair, findings: Findings): void {
  const { left, right, probe, undecoded } = pair
  const at = firstDifference(left.bytes, right.bytes)
  const volatile = probe === undefined ? undefined : volatileBytes(left.bytes, probe)
  const notes = [
    ...(undecoded === undefined ? [] : [`still compressed: ${undecoded}`]),
    at === undefined ? toEndNote(left, right) : toPlaceNote(left.bytes, right.bytes, at),
    ...(volatile === undefined ? [] : ['left itself sends other bytes each time']),
  ]
  const difference = {
    aspect: 'body',
    name: 'bytes',
    left: describe(left),
    right: describe(right),
    note: notes.join('; '),
  } as const
  if (volatile?.covers(right.bytes) === true) findings.fold('volatile', difference)
  else findings.differ(difference)
}

/** The index of the first byte that differs; nothing when one is the beginning of the other. */
export function firstDifference(left: Buffer, right: Buffer): number | undefined {
  const shared = Math.min(left.length, right.length)
  if (left.subarray(0, shared).equals(right.subarray(0, shared))) return undefined
  // Found by halves: comparing is fast, looking at each byte is not.
  let [same, different] = [0, shared]
  while (different - same > 1) {
    const middle = (same + different) >> 1
    if (left.subarray(same, middle).equals(right.subarray(same, middle))) same = middle
    else different = middle
  }
  return same
}

function toEndNote(left: Bytes, right: Bytes): string {
  const shared = Math.min(left.bytes.length, right.bytes.length)
  const isWhole = left.bytes.length === left.length && right.bytes.length === right.length
  return `the first ${shared} bytes are the same${isWhole ? '; then one ends' : ''}`
}

function toPlaceNote(left: Buffer, right: Buffer, at: number): string {
  return `first difference at byte ${at}: ${byteAt(left, at)} → ${byteAt(right, at)}`
}

function byteAt(bytes: Buffer, at: number): string {
  return (bytes[at] ?? 0).toString(16).padStart(2, '0')
}

function describe({ length, sha256 }: Bytes): string {
  return `${length} bytes, sha256 ${sha256.slice(0, 16)}`
}
