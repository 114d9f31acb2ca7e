import type { IncomingMessage, ServerResponse } from 'node:http'
import { replay, sendPart } from './exchange-routes.js'
import type { Guard } from './guard.js'
import type { History } from './history.js'
import type { Inspected } from './inspected.js'
import type { LiveUpdates } from './live-updates.js'
import type { PageFile } from './page-files.js'
import { SAFE_HEADERS, sendBytes, sendError, sendJson } from './replies.js'

export interface Parts {
  readonly alb: Inspected
  readonly history: History
  readonly live: LiveUpdates
  readonly guard: Guard
  readonly files: ReadonlyMap<string, PageFile>
}

/** Answers one request to the inspector, whatever it is. */
export async function handleRequest(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value)
    // Commands have no bodies; whatever comes is read and forgotten, so that the connection can go on.
    request.resume()
    await route(parts, request, response)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (response.headersSent) response.destroy()
    else sendError(response, 500, `The inspector failed: ${reason}`)
  }
}

async function route(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', headers, url = '' } = request
  const [path = '', query = ''] = url.split('?', 2)
  const objection = parts.guard.objection({ method, path, headers })
  if (objection !== undefined) {
    sendError(response, 403, objection)
    return
  }
  const command = COMMAND.exec(path)
  const wanted = command === null ? ['GET', ...(path === UPDATES ? [] : ['HEAD'])] : ['POST']
  if (!wanted.includes(method)) {
    response.setHeader('Allow', wanted.join(', '))
    sendError(response, 405, `${path} takes ${wanted.join(' and ')} only.`)
    return
  }
  if (command === null) answer(parts, { path, query: new URLSearchParams(query), response })
  else await obey(parts, command[1], new URLSearchParams(query), response)
}

const UPDATES = '/api/updates'
const COMMAND = /^\/api\/(?:clear|exchanges\/(\d{1,15})\/replay)$/
const EXCHANGE = /^\/api\/exchanges\/(\d{1,15})(?:\/([a-z.-]+))?$/

async function obey(
  parts: Parts,
  id: string | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  if (id === undefined) {
    parts.history.clear()
    sendJson(response, 200, {})
  } else {
    const found = find(parts, id, response)
    if (found) await replay(response, parts, found.exchange, query.get('mode'))
  }
  parts.live.changed()
}

function answer(
  parts: Parts,
  { path, query, response }: { path: string; query: URLSearchParams; response: ServerResponse },
): void {
  const file = parts.files.get(path)
  if (file !== undefined) {
    sendBytes(response, 200, file.contentType, file.content)
    return
  }
  const [, id, part = ''] = EXCHANGE.exec(path) ?? []
  if (id !== undefined) {
    const found = find(parts, id, response)
    if (found) sendPart(response, found, part)
  } else if (path !== UPDATES) {
    sendError(response, 404, `The inspector has nothing at ${path}.`)
  } else if (!parts.live.attach(response, query.get('after') ?? undefined)) {
    sendError(response, 503, 'Too many pages of the inspector are open; close some.')
  }
}

function find(parts: Parts, id: string, response: ServerResponse): ReturnType<History['get']> {
  const found = parts.history.get(Number(id))
  if (found === undefined) {
    sendError(response, 404, `Request ${id} is not kept any more; newer ones have taken its place.`)
  }
  return found
}
