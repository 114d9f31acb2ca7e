import { randomUUID } from 'node:crypto'
import type { LambdaContext } from '../invocation.js'

/** What a test may want to choose about Lambda's context. */
export interface LambdaContextInit {
  /** Milliseconds until Lambda would end the invocation. Default: `30_000`. */
  readonly timeoutMs?: number
  /** Default: a random UUID. */
  readonly awsRequestId?: string
  /** Default: `'test'`. */
  readonly functionName?: string
}

/** A context with the members of AWS's own that do not belong to a real function. */
export interface TestContext extends LambdaContext {
  readonly awsRequestId: string
  readonly functionName: string
  readonly functionVersion: string
  readonly memoryLimitInMB: string
  readonly getRemainingTimeInMillis: () => number
}

/** A Lambda context whose time runs from now. */
export function createLambdaContext(init: LambdaContextInit = {}): TestContext {
  const deadline = Date.now() + (init.timeoutMs ?? 30_000)
  return {
    awsRequestId: init.awsRequestId ?? randomUUID(),
    functionName: init.functionName ?? 'test',
    functionVersion: '$LATEST',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }
}
