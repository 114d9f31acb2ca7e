import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/**
 * The body of a request, apart from its connection: destroying it leaves the connection open for the answer, and what
 * the client still sends is read and dropped. It fails when the client goes away half-way.
 */
export function toRequestBody(req: IncomingMessage): Readable {
  const body = new Readable({
    read() {
      req.resume()
    },
    destroy(error, done) {
      req.off('data', onData).off('end', onEnd).off('close', onClose)
      req.resume()
      done(error)
    },
  })
  const onData = (chunk: Buffer): void => {
    if (!body.push(chunk)) req.pause()
  }
  const onEnd = (): void => {
    body.push(null)
  }
  const onClose = (): void => {
    if (!req.complete) body.destroy(new Error('The client left before its request was complete'))
  }
  // An error of the connection shows as a close, too; nobody else listens.
  req.on('error', () => undefined)
  req.on('data', onData).on('end', onEnd).on('close', onClose)
  return body
}
