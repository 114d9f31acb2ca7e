import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { admit } from '../listener/admission.js'
import { toConnection } from '../listener/connection-info.js'
import type { Head } from '../listener/head.js'
import { checkHeaderSizes, longRequestLine, REQUEST_LINE_LIMIT } from '../listener/limits.js'
import type { Connection, HeaderField, HttpRequest, Refusal } from '../message.js'
import type { Settings } from '../options.js'
import { toRequestBody } from './request-body.js'

/** A request, and whether its connection ends with its answer whatever that is. */
export interface Received {
  readonly request: HttpRequest
  readonly close: boolean
}

/**
 * A request of Node's own parser as the load balancer's listener would have read it, refused where that would refuse it.
 */
export function receive(req: IncomingMessage, res: ServerResponse, settings: Settings): Received {
  const head = toHead(req, settings)
  const { headers, framing, refusal, classification, close } = admit(head, settings)
  const { method, target, version, length } = head
  const request: HttpRequest = {
    connection: toLocalConnection(req.socket),
    method,
    target,
    version,
    headers,
    body: toRequestBody(req),
    hasBody: framing.kind !== 'none',
    headBytes: length,
    receivedAt: new Date(),
    signal: toSignal(res),
    ...(refusal && { refusal }),
    ...(classification && { classification }),
  }
  return { request, close }
}

/** What Node's parser hides (line ends, folds, control characters) counts as proper: it refuses most of it itself. */
const PROPER: Head['oddities'] = { bareLineFeed: false, controls: false, emptyField: false }

function toHead(
  { method = '', url = '', httpVersion, rawHeaders }: IncomingMessage,
  settings: Settings,
): Head {
  const headers = toFields(rawHeaders)
  const requestLine = `${method} ${url} HTTP/${httpVersion}`.length
  const fields = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  return {
    method,
    target: url,
    version: httpVersion === '1.0' ? '1.0' : '1.1',
    headers,
    length: requestLine + 2 + fields + 2,
    oddities: PROPER,
    refusal: checkSizes(requestLine, headers, settings),
  }
}

function toFields(raw: readonly string[]): HeaderField[] {
  const fields: HeaderField[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) fields.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return fields
}

function checkSizes(
  requestLine: number,
  headers: readonly HeaderField[],
  { longHeaderStatus }: Settings,
): Refusal | undefined {
  if (requestLine > REQUEST_LINE_LIMIT) return longRequestLine(requestLine)
  return checkHeaderSizes(headers, longHeaderStatus)
}

/** A server on a socket in the file system has no addresses; its clients are on this machine. */
function toLocalConnection(socket: Socket): Connection {
  const connection = toConnection(socket)
  if (connection.client.address !== '') return connection
  const loopback = { address: '127.0.0.1', port: 0 }
  return { ...connection, client: loopback, local: loopback }
}

function toSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController()
  res.on('close', () => {
    if (!res.writableFinished) controller.abort()
  })
  return controller.signal
}
