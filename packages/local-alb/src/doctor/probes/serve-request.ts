import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Report } from './report.js'
import { knowResponse } from './responses.js'
import { servedRequest, ServedRequest } from './served-request.js'

/** Lets the app answer a request, and looks on. */
export function serveRequest(
  req: IncomingMessage,
  res: ServerResponse,
  report: Report,
  answer: () => void,
): ServedRequest {
  const served = new ServedRequest(req, res, report)
  knowResponse(served)
  servedRequest.run(served, answer)
  return served
}
