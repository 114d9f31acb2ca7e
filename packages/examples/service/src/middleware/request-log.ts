import type { Request, RequestHandler, Response } from 'express'
import morgan from 'morgan'

/** One line of JSON for each request, when its response is finished. */
export function requestLog(write: (line: string) => void): RequestHandler {
  return morgan<Request, Response>(
    (tokens, req, res) =>
      JSON.stringify({
        time: new Date().toISOString(),
        ip: req.ip,
        method: req.method,
        url: req.originalUrl,
        status: res.statusCode,
        bytes: Number(res.getHeader('content-length') ?? 0) || undefined,
        ms: Number(tokens['response-time']?.(req, res)),
        // Given by the load balancer: the same in its access log.
        trace: req.get('x-amzn-trace-id'),
      }),
    { stream: { write } },
  )
}
