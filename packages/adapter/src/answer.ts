import { toResult, type AlbResult } from './alb/result.js'
import { fromAppResponse, toAppResponse, type AppResponse } from './app-response.js'
import { compress } from './compression.js'
import { inTime } from './deadline.js'
import { inspect } from './errors.js'
import type { Invocation } from './invocation.js'
import type { LogCode, LogEntry } from './log.js'
import type { ResponseHook, Settings } from './options.js'
import {
  bodyBytes,
  copyBytes,
  type Failed,
  type RequestParts,
  type ResponseParts,
  phraseOf,
  fieldLines,
} from './parts.js'

/** One request on its way through the adapter. */
export interface Call {
  readonly settings: Settings
  readonly invocation: Invocation
  readonly request: RequestParts
  /** Whether the event is in multi-value mode. */
  readonly isMulti: boolean
}

/**
 * The result for an ended response, at once where nothing stands between the two. Otherwise the response
 * itself, with bytes of its own: a hook must see it, or it is too large.
 */
export function render(parts: ResponseParts, call: Call): AlbResult | ResponseParts {
  return (
    (!call.settings.onResponse && resultOf(parts, call)) || {
      ...parts,
      body: [copyBytes(parts.body)],
    }
  )
}

/** What `render` could not do at once: asking hooks, and making a large response fit. */
export async function complete(held: ResponseParts, call: Call): Promise<AlbResult> {
  try {
    const result = await inTime(completeResponse(held, call), call)
    return result ?? fail({ code: 'out-of-time' }, call)
  } catch (error) {
    return fail({ code: 'app-failed', error }, call)
  }
}

async function completeResponse(parts: ResponseParts, call: Call): Promise<AlbResult> {
  const { onResponse, oversize } = call.settings
  let response: AppResponse = toAppResponse(parts)
  const steps: readonly (ResponseHook | string | undefined | false)[] = [
    onResponse,
    oversize,
    oversize !== 'refuse' &&
      ((tooLarge) =>
        compress(tooLarge, fieldLines(call.request.rawHeaders, 'accept-encoding').join())),
  ]
  for (const step of steps) {
    if (typeof step !== 'function') continue
    response = (await step(response, call.invocation)) ?? response
    const result = resultOf(fromAppResponse(response), call)
    if (result) return result
  }
  return fail({ ...parts, code: 'too-large', size: bodyBytes(parts.body).length }, call)
}

/** The answer for a failure, which is logged. */
export function fail(failed: Failed, call: Call): AlbResult {
  report(failed, call)
  // The client learns no more.
  const status: Partial<Record<LogCode, number>> = {
    // As an ALB answers when an EC2 target resets the connection.
    disconnected: 502,
    'out-of-time': 504,
  }
  return plain(status[failed.code] ?? 500, call)
}

/** Logs a failure, by default as a line of JSON for CloudWatch Logs to filter. */
export function report({ code, error, size, req }: Failed, call: Call): void {
  const { logger } = call.settings
  const level = code === 'several-cookies' ? 'warn' : 'error'
  // What to do, where the code does not say it.
  const advice: Partial<Record<LogCode, string>> = {
    'too-large': 'ALBs take 1 MB and 32 KB of headers: page it or redirect to storage',
    'several-cookies': 'set lambda.multi_value_headers.enabled',
  }
  const message = `express-alb: ${advice[code] ?? code}`
  try {
    // Express and its router note the matching route on the request.
    const { route, baseUrl = '' } = (req ?? {}) as { route?: { path: string }; baseUrl?: string }
    const entry: LogEntry = {
      code,
      requestId: call.invocation.context?.awsRequestId,
      method: call.request.method,
      path: call.request.target.replace(/\?.*/, ''),
      route: route && baseUrl + route.path,
      size,
      error: error && inspect(error),
    }
    if (logger === true) console[level](JSON.stringify({ level, message, ...entry }))
    else if (logger) logger[level](entry, message)
  } catch {
    // What breaks in a logger, or in an error that is shown, must not break an answer.
    if (logger) console.error(message)
  }
}

/** A small response of the adapter's own: the standard phrase of its status. */
export function plain(statusCode: number, call: Call): AlbResult {
  const statusMessage = phraseOf(statusCode)
  const rawHeaders = ['Content-Type', 'text/plain']
  // Far below the limit, so there is a result.
  return resultOf(
    { statusCode, statusMessage, rawHeaders, body: [statusMessage] },
    call,
  ) as AlbResult
}

function resultOf(parts: ResponseParts, call: Call): AlbResult | undefined {
  const { statusCode } = parts
  if (statusCode < 200 || statusCode > 599) {
    report({ ...parts, code: 'odd-status', error: statusCode }, call)
  }
  return toResult(parts, call.isMulti, call.request.method === 'HEAD', call.settings, () => {
    if (!call.settings.warned) report({ code: 'several-cookies' }, call)
    call.settings.warned = true
  })
}
