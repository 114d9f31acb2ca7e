import { type IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { contentLength } from '../listener/write-head.js'
import type { HttpResponse } from '../message.js'

interface Writing {
  readonly writeHead: (
    this: ServerResponse,
    status: number,
    reason: string,
    headers: string[],
  ) => void
  readonly write: (this: ServerResponse, chunk: Buffer) => void
  readonly end: (this: ServerResponse, chunk?: Buffer) => void
}

// As they are before any test has put something in their place: that is meant for the app's responses, not for ours.
const { writeHead, write, end } = ServerResponse.prototype as Writing

/** How long a client may go on sending after it has its answer, before the connection is closed on it. */
const LINGER_MS = 2000

/** Writes an answer as the load balancer's listener does: framing added, nothing else changed. */
export function writeAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  response: HttpResponse,
): void {
  if (res.destroyed || req.socket.destroyed) return
  const close = response.close === true || !res.shouldKeepAlive
  res.sendDate = false
  writeHead.call(res, response.status, response.reason, toRawHeaders(response, req.method, close))
  const { body } = response
  if (body !== undefined && !Buffer.isBuffer(body)) {
    pipeline(body, res, () => undefined)
    return
  }
  if (!close || req.complete) {
    end.call(res, body)
    return
  }
  // Closing on a client that is still sending resets the connection, and the client may lose the answer with it.
  if (body !== undefined) write.call(res, body)
  afterRequest(req, () => {
    end.call(res)
  })
}

/** Calls back once, when the client has sent all of its request, has gone, or goes on for too long. */
function afterRequest(req: IncomingMessage, done: () => void): void {
  const timer = setTimeout(finish, LINGER_MS)
  timer.unref()
  function finish(): void {
    clearTimeout(timer)
    req.off('end', finish).off('close', finish)
    done()
  }
  req.on('end', finish).on('close', finish)
  req.resume()
}

/** The fields an ALB sends first: `Content-Length` and `Connection` come right after them, as from the listener. */
const FIRST: ReadonlySet<string> = new Set(['server', 'date', 'content-type'])

function toRawHeaders(
  response: HttpResponse,
  method: string | undefined,
  close: boolean,
): string[] {
  const fields = response.headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  const firstCustom = fields.findIndex(([name]) => !FIRST.has(name.toLowerCase()))
  const at = firstCustom === -1 ? fields.length : firstCustom
  const length = lengthOf(response, method)
  const framing = length === undefined ? [] : ['Content-Length', String(length)]
  framing.push('Connection', close ? 'close' : 'keep-alive')
  return [...fields.slice(0, at).flat(), ...framing, ...fields.slice(at).flat()]
}

/** What `Content-Length` says; `undefined`: there is none. RFC 9110, section 8.6. */
function lengthOf({ status, headers, body }: HttpResponse, method?: string): number | undefined {
  if (status < 200 || status === 204) return undefined
  const declared = contentLength(headers)
  if (status === 304 || !Buffer.isBuffer(body)) return declared
  return method === 'HEAD' ? (declared ?? body.length) : body.length
}
