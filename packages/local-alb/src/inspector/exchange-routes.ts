import type { ServerResponse } from 'node:http'
import { toDetails } from './details.js'
import type { History } from './history.js'
import { imageTypeOf } from './image-type.js'
import type { Inspected } from './inspected.js'
import { toFixture } from './json-preview.js'
import { type KeptExchange, replayObstacle, toReplayable } from './kept-exchange.js'
import { sendBytes, sendError, sendFile, sendJson } from './replies.js'

type Found = NonNullable<ReturnType<History['get']>>

/** `GET /api/exchanges/<id>/<part>`: `''` for the details, or something to download. */
export function sendPart(response: ServerResponse, { exchange, row }: Found, part: string): void {
  switch (part) {
    case '':
      sendJson(response, 200, toDetails(exchange, row))
      break
    case 'event.json':
      sendText(response, exchange, 'event')
      break
    case 'result.json':
      sendText(response, exchange, 'result')
      break
    case 'request-body':
      sendBody(response, exchange, 'request', exchange.requestBody)
      break
    case 'response-body':
      sendBody(response, exchange, 'response', exchange.response?.body)
      break
    case 'request-image':
      sendImage(response, exchange.requestBody)
      break
    case 'response-image':
      sendImage(response, exchange.response?.body)
      break
    default:
      sendError(response, 404, `An exchange has no part ${JSON.stringify(part)}.`)
  }
}

/** `POST /api/exchanges/<id>/replay`: answers once the new exchange has been answered. */
export async function replay(
  response: ServerResponse,
  { alb, history }: { alb: Inspected; history: History },
  exchange: KeptExchange,
  mode: string | null,
): Promise<void> {
  if (mode !== null && mode !== 'single' && mode !== 'multi') {
    sendError(response, 400, `mode is ${JSON.stringify(mode)}; it can be single or multi.`)
    return
  }
  const obstacle = replayObstacle(exchange)
  if (obstacle !== undefined) {
    sendError(response, 409, `The request cannot be sent again. ${obstacle}`)
    return
  }
  let id: number
  try {
    const again = await alb.replay(toReplayable(exchange), mode === null ? {} : { mode })
    ;({ id } = again)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    sendError(response, 500, `The request was not sent again: ${reason}`)
    return
  }
  history.markReplay(id, exchange.id)
  sendJson(response, 200, { id })
}

function sendText(
  response: ServerResponse,
  exchange: KeptExchange,
  part: 'event' | 'result',
): void {
  const json = exchange[part]
  if (json === undefined) sendError(response, 404, missing(exchange, `${part} of this request`))
  else sendFile(response, fileName(exchange, part, 'json'), Buffer.from(toFixture(json)))
}

function sendBody(
  response: ServerResponse,
  exchange: KeptExchange,
  part: 'request' | 'response',
  body: unknown,
): void {
  if (Buffer.isBuffer(body)) sendFile(response, fileName(exchange, part, 'bin'), body)
  else sendError(response, 404, missing(exchange, `body of this ${part}`))
}

function sendImage(response: ServerResponse, body: unknown): void {
  const type = Buffer.isBuffer(body) ? imageTypeOf(body) : undefined
  if (type === undefined) sendError(response, 404, 'The body is not an image.')
  else sendBytes(response, 200, type, body as Buffer)
}

function missing({ trimmed }: KeptExchange, what: string): string {
  return trimmed === true
    ? `The ${what} was dropped to make room for newer ones.`
    : `There is no ${what} to keep.`
}

/** Such as `event-12-post-orders.json`: nothing in it can do harm in a header or in a folder. */
function fileName({ id, request }: KeptExchange, part: string, extension: string): string {
  const path = request.target.split('?', 1)[0] ?? ''
  const words = `${request.method} ${path}`.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return `${[part, id, ...words].join('-').slice(0, 60)}.${extension}`
}
