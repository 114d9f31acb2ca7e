import type { AsyncLocalStorage } from 'node:async_hooks'
import type { AlbEvent } from './alb/event.js'

/**
 * The part of Lambda's context object that the adapter reads. AWS's own type, and any test double
 * with this method, fits.
 */
export interface LambdaContext {
  readonly awsRequestId?: string
  readonly getRemainingTimeInMillis?: () => number
}

/** What is known of the invocation that a piece of code runs for. */
export class Invocation<Context extends LambdaContext = LambdaContext> {
  /** The event as Lambda delivered it. Treat it as read-only: nothing copies it. */
  declare readonly event: AlbEvent
  /** Lambda's context object, as delivered; `undefined` when a test passed none. */
  declare readonly context: Context | undefined

  constructor(event: AlbEvent, context: Context | undefined) {
    this.event = event
    this.context = context
  }

  /** Milliseconds until Lambda ends the invocation; `Infinity` without a Lambda context. */
  get remainingMs(): number {
    const ms = this.context?.getRemainingTimeInMillis?.() as number
    // Without a context, and of a clock that gives no number, nothing is known.
    return ms >= 0 ? ms : Infinity
  }

  /** When Lambda ends the invocation, in milliseconds since the epoch; `Infinity` when unknown. */
  get deadline(): number {
    return Date.now() + this.remainingMs
  }
}

// One store for the process: a service may load this package twice, once as an ES module and once
// through require(), and both copies must see the same invocation. It hangs on the built-in class and
// not on globalThis, of which Jest gives each test file its own.
const STORE: unique symbol = Symbol.for('express-alb')

interface SharedStorage {
  new (): AsyncLocalStorage<Invocation>
  [STORE]?: AsyncLocalStorage<Invocation>
}

const Storage: SharedStorage = process.getBuiltinModule('node:async_hooks').AsyncLocalStorage
const storage = (Storage[STORE] ??= new Storage())

/**
 * The invocation that the calling code runs for: its event, Lambda's context and the deadline.
 * Works anywhere below the app, across `await`, timers and callbacks, and keeps concurrent
 * invocations apart. Outside of an invocation (the same app on a normal server) it is `undefined`.
 *
 * Nothing of it travels through headers, so a client cannot forge it.
 */
export function getInvocation<Context extends LambdaContext = LambdaContext>():
  Invocation<Context> | undefined {
  // The caller names its context type; what is stored is whatever the handler was called with.
  return storage.getStore() as Invocation<Context> | undefined
}

/** Calls `fn(a, b)` with `invocation` as the answer of {@link getInvocation} below it. */
export function runInInvocation<A, B, R>(
  invocation: Invocation,
  fn: (a: A, b: B) => R,
  a: A,
  b: B,
): R {
  return storage.run(invocation, fn, a, b)
}
