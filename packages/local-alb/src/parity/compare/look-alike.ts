/**
 * Whether one value can stand where the other does when both are made anew for each answer, such as ids and tokens. An
 * empty text or what a missing value turns into is no id: that difference counts.
 */
export function looksAlike(left: unknown, right: unknown): boolean {
  if (typeof left !== typeof right || Array.isArray(left) !== Array.isArray(right)) return false
  if (left === null || right === null) return left === right
  if (typeof left !== 'string' || typeof right !== 'string') return true
  return (left.trim() === '') === (right.trim() === '') && isBroken(left) === isBroken(right)
}

function isBroken(text: string): boolean {
  return /\bundefined\b|\bnull\b|\bNaN\b|\[object \w+\]/.test(text)
}
