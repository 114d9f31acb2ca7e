import { RefusedError } from '../message.js'
import type { Refusal } from '../message.js'
import { badRequest } from './limits.js'

/** AWS, "Troubleshoot your Application Load Balancers", "HTTP 408: Request timeout". */
export function requestTimeout(): Refusal {
  return {
    status: 408,
    explanation:
      'The client sent nothing for as long as the idle timeout, in the middle of its request. ' +
      'Send at least one byte in that time, or raise the idle timeout.',
    close: true,
  }
}

export function leftMidHead(): Refusal {
  return badRequest('The client closed the connection in the middle of its header section.')
}

/** How a body fails whose client has gone. */
export function leftMidBody(): RefusedError {
  return new RefusedError(
    badRequest('The client closed the connection before it had sent all of the body it announced.'),
  )
}
