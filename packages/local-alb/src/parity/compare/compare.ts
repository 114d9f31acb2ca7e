import { type Answer, isResponse, type Response } from '../answer.js'
import { compareBodies } from './body.js'
import type { Context } from './context.js'
import { compareCookies } from './cookies.js'
import { Findings } from './finding.js'
import { compareHeaders } from './headers.js'

/** Compares all but the time. */
export function compareAnswers(left: Answer, right: Answer, context: Context): Findings {
  const findings = new Findings()
  if (isResponse(left) && isResponse(right)) compareResponses(left, right, context, findings)
  else findings.differ({ aspect: 'answer', name: '', left: toShown(left), right: toShown(right) })
  return findings
}

function compareResponses(
  left: Response,
  right: Response,
  context: Context,
  findings: Findings,
): void {
  if (left.status !== right.status) {
    findings.differ({
      aspect: 'status',
      name: '',
      left: String(left.status),
      right: String(right.status),
      note: right.refusal ?? left.refusal,
    })
    // What stands beside it is the load balancer's error page, and says nothing about the target.
    if (left.refusal !== undefined || right.refusal !== undefined) return
  } else if (left.reason !== right.reason) {
    // RFC 9110, section 15.1, and RFC 9112, section 4: clients are to take no notice of it.
    const { reason } = left
    findings.fold('reason', { aspect: 'status', name: '', left: reason, right: right.reason })
  }
  // With another status the probe says nothing about this answer.
  const probe = context.probe?.status === left.status ? context.probe : undefined
  const own = { ...context, probe }
  const body = compareBodies(left, right, own, findings)
  compareHeaders(left, right, body, own, findings)
  compareCookies(left, right, own, findings)
}

function toShown(answer: Answer): string {
  return isResponse(answer) ? `status ${answer.status}` : answer.failure
}
