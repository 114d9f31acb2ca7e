// Loaded with Node itself.
export const inspect: (value: unknown) => string = process.getBuiltinModule('node:util').inspect

/** What went wrong, for programs; the message is for people. */
export type ErrorCode =
  /** An option of `createHandler` is unknown or has a value it cannot have. */
  | 'INVALID_OPTION'
  /** What `createHandler` was given is not an app, nor a way to get one. */
  | 'INVALID_APP'
  /** The lazy app or the promise of an app failed; `cause` is the app's own error. */
  | 'APP_INIT_FAILED'
  /** The event is meant for an ALB target but a field has a value that no ALB sends. */
  | 'INVALID_EVENT'
  /** The event comes from another source: API Gateway, a function URL, SQS… */
  | 'FOREIGN_EVENT'

/** Every error this package throws itself. `code` is stable; the message may be reworded. */
export class ExpressAlbError extends Error {
  declare readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = 'ExpressAlbError'
  }
}

/** The error for a thing that has a wrong value: its name, what it is and what it must be. */
export function invalid(
  code: ErrorCode,
  name: string,
  value: unknown,
  expected: string,
): ExpressAlbError {
  return new ExpressAlbError(code, `${name} is ${show(value)}; it must be ${expected}.`)
}

/** A value's beginning, on one line. */
export function show(value: unknown): string {
  return inspect(value).slice(0, 99).replace(/\s+/g, ' ')
}
