import { modeOf, toRequestParts, type AlbEvent } from './alb/event.js'
import { isHealthCheck } from './alb/health-check.js'
import type { AlbResult } from './alb/result.js'
import { MAX_RESULT_BYTES } from './alb/size.js'
import { Answers, Held, type Call } from './answer.js'
import { toLoadedApp, type AppSource } from './app.js'
import { inTime, OUT_OF_TIME } from './deadline.js'
import { plainResponse } from './failure.js'
import { exchange, type App, type ExchangePolicy, type Outcome } from './http/dispatch.js'
import { Invocation, runInInvocation, type LambdaContext } from './invocation.js'
import { toSettings, type HandlerOptions, type Settings } from './options.js'

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
  const answers = new Answers(settings)
  const policy: ExchangePolicy<Call, AlbResult | Held> = {
    peer: { address: settings.peerAddress, port: PEER_PORT },
    // Beyond the result's limit no body fits as it is, whatever its form.
    bodyLimit: MAX_RESULT_BYTES,
    extendedBodyLimit: (parts, call) => answers.extendedBodyLimit(parts, call),
    timeLimit: (call) => answers.timeLimit(call),
    render: (parts, call) => answers.render(parts, call),
    onLateError: (error, req, call) => {
      answers.onLateError(error, req, call)
    },
  }

  const { onRequest } = settings
  const load = (call: Call): Promise<App> =>
    loaded.load().catch((error: unknown) => answers.rejectInitialisation(error, call))
  const run = (target: App, call: Call): Promise<Outcome<AlbResult | Held>> =>
    exchange(target, call.request, policy, call)
  const complete = (held: Held, call: Call): Promise<AlbResult> => answers.complete(held, call)

  return async function handler(event: AlbEvent, context?: LambdaContext): Promise<AlbResult> {
    const request = toRequestParts(event, settings.basePath)
    const invocation = new Invocation(event, context)
    const call: Call = { invocation, request, mode: modeOf(event) }
    if (settings.healthCheck === 'answer' && isHealthCheck(event)) {
      return answers.plain(plainResponse(200), call)
    }
    let target = loaded.app ?? (await inTime(load(call), answers.timeLimit(call)))
    if (target === OUT_OF_TIME) return answers.fail({ failure: 'init-out-of-time' }, call)
    if (onRequest !== undefined) target = behindHook(onRequest, target, invocation)
    const outcome = await runInInvocation(invocation, run, target, call)
    if (outcome.failure !== undefined) return answers.fail(outcome, call)
    const { answer } = outcome
    return answer instanceof Held ? runInInvocation(invocation, complete, answer, call) : answer
  }
}

// An ALB connects to its targets from ephemeral ports.
const PEER_PORT = 49152

/** The app with the `onRequest` hook before it. */
function behindHook(
  onRequest: NonNullable<Settings['onRequest']>,
  { listener, messages }: App,
  invocation: Invocation,
): App {
  return {
    messages,
    listener: async (req, res) => {
      await onRequest(req, res, invocation)
      if (!res.writableEnded && !res.destroyed) await listener(req, res)
    },
  }
}
