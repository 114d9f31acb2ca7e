import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type HttpResponse, RefusedError } from '../message.js'
import { isClientSilent, upload } from './request-upload.js'
import type { ForwardedRequest, TargetReport } from './target.js'
import { CONNECT_TIMEOUT_SECONDS } from './target-failure.js'
import { isWebSocketUpgrade, type RequestHead, toTargetRequest } from './target-request.js'
import { toFields, toHttpResponse } from './target-response.js'
import { joinConnections } from './websocket-tunnel.js'

/** How to reach a target. */
export interface Route {
  /** Starts a request, on a kept connection or a new one. */
  readonly open: (head: RequestHead) => ClientRequest
  readonly idleTimeoutSeconds: number
  /** Told of each connection that became a WebSocket. */
  readonly onUpgraded: (socket: Socket) => void
}

/** The target closed a kept connection just when a request went out on it, and the request may be sent once more. */
export class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError'
}

/**
 * Sends a request on one connection and waits for the head of the answer.
 *
 * @throws {StaleConnectionError}
 * @throws {RefusedError} when the target says nothing for too long, or the client went away
 * @throws {Error} as Node's HTTP client has them
 */
export function sendOnce(
  request: ForwardedRequest,
  report: TargetReport,
  { open, idleTimeoutSeconds, onUpgraded }: Route,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = open(toTargetRequest(request))
    let answer: IncomingMessage | undefined
    const giveUp = (error: Error): void => {
      ;(answer ?? outgoing).destroy(error)
    }
    const onAbort = (): void => {
      giveUp(abandoned())
    }
    const received = (response: IncomingMessage): void => {
      report.targetStatus = response.statusCode ?? 0
      report.answeredAt = performance.now()
    }
    limitConnecting(outgoing)
    outgoing
      .setTimeout(idleTimeoutSeconds * 1000, () => {
        // Then the listener ends the request's body, at most a moment later.
        if (!isClientSilent(request, outgoing)) giveUp(idle(idleTimeoutSeconds))
      })
      .on('response', (response) => {
        answer = response
        // The client's connection is cut short by whoever sends the answer on; there may be nobody any more.
        response.on('error', () => {})
        // Answered in full: what is left of the request's body is of no use to anybody.
        response.on('end', () => {
          if (!outgoing.writableEnded) outgoing.destroy()
        })
        received(response)
        resolve(toHttpResponse(response, request.method))
      })
      .on('upgrade', (response, socket: Socket, head) => {
        received(response)
        if (!isWebSocketUpgrade(request) || !request.upgrade) {
          socket.destroy()
          reject(
            new RefusedError({
              status: 502,
              explanation: 'the target switched protocols unasked (101)',
            }),
          )
          return
        }
        if (head.length > 0) socket.unshift(head)
        try {
          joinConnections(request.upgrade(), socket, response, idleTimeoutSeconds)
        } catch {
          // The client left at this very moment.
          socket.destroy()
          reject(abandoned())
          return
        }
        onUpgraded(socket)
        resolve({
          status: 101,
          reason: response.statusMessage ?? '',
          headers: toFields(response.rawHeaders),
          body: undefined,
        })
      })
      .on('error', (error) => {
        reject(
          mayRepeat(request, outgoing, error)
            ? new StaleConnectionError('', { cause: error })
            : error,
        )
      })
      .on('close', () => {
        request.signal.removeEventListener('abort', onAbort)
        // Settled already, unless it ended without any of the above.
        reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }))
      })
    report.sentAt = performance.now()
    if (request.signal.aborted) onAbort()
    else request.signal.addEventListener('abort', onAbort, { once: true })
    upload(request, outgoing, report)
  })
}

/** Nothing of an answer had come, and doing it twice is the same as once (RFC 9110, section 9.2.2). */
function mayRepeat(
  request: ForwardedRequest,
  outgoing: ClientRequest,
  error: NodeJS.ErrnoException,
): boolean {
  const wasClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE'
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method) && !request.hasBody
  return outgoing.reusedSocket && wasClosed && isSafe && !isWebSocketUpgrade(request)
}

function abandoned(): RefusedError {
  return new RefusedError({
    status: 460,
    explanation: 'the client closed the connection before it was answered',
  })
}

function idle(seconds: number): RefusedError {
  return new RefusedError({
    status: 504,
    explanation: `the target said nothing for the idle timeout of ${seconds} s; answer sooner, or raise idle_timeout.timeout_seconds`,
  })
}

/** AWS gives a connection 10 seconds, 504 after that, and a TLS handshake as many, 502 after that. */
function limitConnecting(outgoing: ClientRequest): void {
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) return
    let isConnected = false
    const timer = setTimeout(() => {
      outgoing.destroy(
        isConnected
          ? new RefusedError({
              status: 502,
              explanation: `the target did not finish the TLS handshake within ${CONNECT_TIMEOUT_SECONDS} seconds; is it an https server?`,
            })
          : Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }),
      )
    }, CONNECT_TIMEOUT_SECONDS * 1000)
    const stop = (): void => {
      clearTimeout(timer)
    }
    socket.once('connect', () => {
      isConnected = true
      if ('encrypted' in socket) timer.refresh()
      else stop()
    })
    socket.once('secureConnect', stop).once('close', stop)
  })
}
