import type { AlbEvent } from '../alb/event.js'
import type { AlbResult } from '../alb/result.js'
import { badGateway, toClientResponse, type ClientResponse } from './client-response.js'
import { createLambdaContext, type TestContext } from './context.js'

/** How a test invokes a handler. */
export interface InvokeOptions {
  /** Default: one with 30 seconds left. */
  readonly context?: TestContext
  /** Whether several values of one name arrive in reversed order, as ALBs have been seen to do. Default: `false`. */
  readonly reverseValues?: boolean
}

/**
 * Invokes a handler as Lambda does and gives the response as a client of the load balancer gets it.
 * Event and result go through JSON on the way, as they do in Lambda. A result that an ALB would refuse,
 * and a handler that fails, come back as the 502 that the client would see, with the reason in `refusal`.
 */
export async function invoke(
  handler: (event: AlbEvent, context: TestContext) => Promise<AlbResult>,
  event: AlbEvent,
  options: InvokeOptions = {},
): Promise<ClientResponse> {
  const delivered = JSON.parse(JSON.stringify(event)) as AlbEvent
  let result: unknown
  let json: string | undefined
  try {
    result = await handler(delivered, options.context ?? createLambdaContext())
    // Lambda's runtime client does the same, and fails the invocation when it cannot.
    json = JSON.stringify(result)
  } catch (error) {
    return badGateway(`The handler failed: ${String(error)}`, undefined)
  }
  return toClientResponse(event, result, json, options.reverseValues ?? false)
}
