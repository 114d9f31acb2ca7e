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
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ExpressAlbError'
    this.code = code
  }
}

const SHOWN_CHARACTERS = 60

/** A value as a message shows it: its type and its beginning, on one line. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`
  if (typeof value === 'object') return 'an object'
  return `the ${typeof value} ${shorten(String(value))}`
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
