/** An answer of its own for what a client did wrong; thrown by a route, answered by the error handler. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
