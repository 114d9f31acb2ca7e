import { type EventGroup, toEvent } from '../event/event.js'
import { fieldValues, RefusedError } from '../message.js'
import type { Settings } from '../options.js'
import { toResponse } from '../result/result.js'
import { payloadOf } from './invoke-outcome.js'
import type { InvokeOutcome, LambdaFunction } from './lambda-function.js'
import { readRequestBody } from './request-body.js'
import type { ForwardedRequest, Target, TargetReport } from './target.js'

/**
 * A function as the target of a target group: request, event, invocation, result, response (ALB user guide, "Lambda
 * functions as targets").
 *
 * @param group its ARN is in the events; its attribute decides the form of event and result
 */
export function createLambdaTarget(
  fn: LambdaFunction,
  group: EventGroup,
  settings: Settings,
): Target {
  const mode = group.multiValueHeaders ? 'multi' : 'single'
  return {
    label: fn.label,
    kind: 'lambda',
    async send(request, report) {
      report.mode = mode
      refuseWebSocket(request)
      const body = await readRequestBody(request, settings.requestBodyLimit)
      report.requestBody = body
      const event = toEvent(request, body, group, settings)
      report.event = event
      const outcome = await invoke(fn, event, request, report, settings)
      const payload = payloadOf(outcome, report)
      const response = toResponse(payload, request, group, settings)
      report.targetStatus = response.status
      return response
    },
    close: () => fn.close(),
  }
}

async function invoke(
  fn: LambdaFunction,
  payload: string,
  request: ForwardedRequest,
  report: TargetReport,
  settings: Settings,
): Promise<InvokeOutcome> {
  const [traceId] = fieldValues(request.headers, 'x-amzn-trace-id')
  report.sentAt = performance.now()
  const invocation = fn.invoke({ payload, ...(traceId !== undefined && { traceId }) })
  const outcome = settings.idleTimeoutEndsInvocation
    ? await withIdleTimeout(invocation, report, settings.idleTimeoutSeconds)
    : await invocation
  report.answeredAt = performance.now()
  report.invocation = outcome.invocation
  return outcome
}

/**
 * The outcome, unless it takes longer than the load balancer waits. The invocation goes on then: Lambda does not hear
 * of it.
 *
 * @throws {RefusedError} 504
 */
async function withIdleTimeout(
  invocation: Promise<InvokeOutcome>,
  report: TargetReport,
  seconds: number,
): Promise<InvokeOutcome> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined)
    }, seconds * 1000)
  })
  const outcome = await Promise.race([invocation, timeout])
  clearTimeout(timer)
  if (outcome !== undefined) return outcome
  void reportLate(invocation, report)
  throw new RefusedError({
    status: 504,
    explanation: `The function did not answer within the idle timeout of ${seconds} s; answer sooner, or raise idle_timeout.timeout_seconds above the function's own timeout`,
  })
}

/** Whoever looks at the report later sees how the invocation went on. */
async function reportLate(invocation: Promise<InvokeOutcome>, report: TargetReport): Promise<void> {
  report.invocation = (await invocation).invocation
}

/** ALB user guide, "Lambda functions as targets", "Limits". */
function refuseWebSocket(request: ForwardedRequest): void {
  const upgrades = fieldValues(request.headers, 'upgrade')
  if (!upgrades.some((value) => WEBSOCKET.test(value))) return
  if (request.hasBody) request.body.destroy()
  throw new RefusedError({
    status: 400,
    errorReason: 'LambdaWebsocketNotSupported',
    explanation:
      'The request asks for a WebSocket (Upgrade: websocket), which an ALB does not offer for functions; serve WebSockets from an instance or ip target group',
  })
}

const WEBSOCKET = /(?:^|,)\s*websocket\s*(?:$|[,/])/i
