import { randomBytes } from 'node:crypto'

const ROOT = /(?:^|[;\s])(?:Root=)?(1-[0-9a-f]{8}-[0-9a-f]{24})(?:$|[;\s])/i

/**
 * Lambda's own trace header: the root of the caller's trace, or a new one, and a parent of its own, not sampled.
 *
 * @param traceId the value of `X-Amzn-Trace-Id`, or a root alone
 */
export function toLambdaTrace(traceId: string | undefined): string {
  const root = ROOT.exec(traceId ?? '')?.[1] ?? newRoot()
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0`
}

function newRoot(): string {
  const seconds = Math.floor(Date.now() / 1000)
  return `1-${seconds.toString(16).padStart(8, '0')}-${randomBytes(12).toString('hex')}`
}
