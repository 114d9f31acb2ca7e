import type { IncomingMessage, ServerResponse } from 'node:http'

/** The constructors of the pair that a listener is called with. */
export interface Messages {
  readonly Request: new (socket: IncomingMessage['socket']) => IncomingMessage
  readonly Response: new (req: IncomingMessage) => ServerResponse
}

/**
 * The constructors for a listener: Node's own, and for an Express app Node's own with the prototypes
 * that Express would give the pair anyway (`app.request` and `app.response`).
 *
 * Express calls `Object.setPrototypeOf` on both objects of every request. In V8 up to Node 22 an object
 * changed so shares its shape with no other from the next added property on, and each access to it is
 * looked up anew: most of the time that a small Express app takes goes there. Made with the right
 * prototype, the objects are left as they are, since setting the same prototype changes nothing.
 */
export function messagesFor(listener: unknown): Messages {
  const { IncomingMessage, ServerResponse } = process.getBuiltinModule('node:http')
  const { request, response } = listener as { request?: unknown; response?: unknown }
  return {
    Request:
      request instanceof IncomingMessage
        ? withPrototype(IncomingMessage, request)
        : IncomingMessage,
    Response:
      response instanceof ServerResponse ? withPrototype(ServerResponse, response) : ServerResponse,
  }
}

/** A constructor that does what `base` does, and whose instances have `prototype`. */
function withPrototype<A, T extends object>(
  base: new (argument: A) => T,
  prototype: T,
): new (argument: A) => T {
  function Message(this: T & { slot: unknown }, argument: A): void {
    // Node's message constructors are functions, made to be inherited from in this way.
    ;(base as unknown as (this: T, argument: A) => void).call(this, argument)
    // Never run. V8 makes room in an object for as many properties as its constructor's text has
    // assignments, be they to the same one; what finds no room goes to a side array, which is copied each time it grows.
    if (argument === undefined) {
      this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
        this.slot =
          argument
    }
  }
  Message.prototype = prototype
  return Message as unknown as new (argument: A) => T
}
