import type { IncomingMessage, ServerResponse } from 'node:http'
import { isMultiValue, toRequestParts, type AlbEvent } from './alb/event.js'
import { isHealthCheck } from './alb/health-check.js'
import type { AlbResult } from './alb/result.js'
import { MAX_RESULT_BYTES } from './alb/size.js'
import { complete, fail, plain, render, report, type Call } from './answer.js'
import { toLoadedApp, type AppSource } from './app.js'
import { inTime, timeLimit } from './deadline.js'
import { dispatch } from './http/connection.js'
import type { App, ExchangePolicy, Outcome } from './http/exchange.js'
import { Invocation, runInInvocation, type LambdaContext } from './invocation.js'
import { toSettings, type HandlerOptions } from './options.js'
import type { ResponseParts } from './parts.js'

/** A Lambda handler for the events of an Application Load Balancer. */
export type AlbHandler = (event: AlbEvent, context?: LambdaContext) => Promise<AlbResult>

/**
 * Makes the Lambda handler that answers ALB events with `app`.
 *
 * The handler is an async function of two parameters, as AWS's Node runtimes want it. It rejects only
 * when there is nothing to answer with: an event that is not an ALB's, or an app that fails to
 * initialise. Everything that goes wrong with a request is answered and logged.
 *
 * @param app an Express app or any other Node request listener, an `http.Server` with request
 * listeners, a promise of one, or a function without parameters that gets one at the first
 * invocation: `() => import('./app.js')`
 * @throws ExpressAlbError `INVALID_APP` or `INVALID_OPTION`, at once
 */
export function createHandler(app: AppSource, options: HandlerOptions = {}): AlbHandler {
  const settings = toSettings(options)
  const loaded = toLoadedApp(app)
  const { peerAddress, basePath, onRequest } = settings
  const policy: ExchangePolicy<Call, AlbResult | ResponseParts> = {
    peerAddress,
    // More than an ALB takes, because compression or the `oversize` hook may make it fit; but text
    // rarely shrinks to less than a sixteenth.
    bodyLimit: 16 * MAX_RESULT_BYTES,
    timeLimit,
    render,
    onLateError: report,
  }

  type Answer = Outcome<AlbResult | ResponseParts>

  function run(target: App, call: Call): Answer | Promise<Answer> {
    const hooked = onRequest
      ? {
          ...target,
          listener: async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
            await onRequest(req, res, call.invocation)
            if (!res.writableEnded && !req.socket.destroyed) await target.listener(req, res)
          },
        }
      : target
    return dispatch(hooked, call.request, policy, call)
  }

  return async function handler(event: AlbEvent, context?: LambdaContext): Promise<AlbResult> {
    const request = toRequestParts(event, basePath)
    const invocation = new Invocation(event, context)
    const call: Call = { settings, invocation, request, isMulti: isMultiValue(event) }
    if (settings.healthCheck === 'answer' && isHealthCheck(event)) return plain(200, call)
    const target =
      loaded.app ??
      (await inTime(
        loaded.load().catch((error: unknown) => {
          report({ code: 'init-failed', error }, call)
          throw error
        }),
        call,
      ))
    if (!target) return fail({ code: 'out-of-time' }, call)
    const running = runInInvocation(invocation, run, target, call)
    const outcome = running instanceof Promise ? await running : running
    if ('code' in outcome) return fail(outcome, call)
    return 'rawHeaders' in outcome ? runInInvocation(invocation, complete, outcome, call) : outcome
  }
}
