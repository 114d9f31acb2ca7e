import { type Answer, isResponse } from './answer.js'
import { compareAnswers } from './compare/compare.js'
import type { Context } from './compare/context.js'
import type { Difference } from './compare/finding.js'
import type { Comparison } from './comparison.js'
import type { Plan } from './plan.js'
import { isSafe, type ParityRequest } from './request.js'

export interface Answered {
  readonly number: number
  readonly request: ParityRequest
  readonly left: Answer
  readonly right: Answer
}

/**
 * What two answers to a request differ in. Where they do, and the request is safe, left is asked once more: what it says
 * otherwise then is volatile.
 *
 * @param askAgain sends the request to left once more
 */
export async function compareRequest(
  answered: Answered,
  context: Omit<Context, 'probe'>,
  plan: Pick<Plan, 'probeVolatile' | 'maxSlowerMs'>,
  askAgain: () => Promise<Answer>,
): Promise<Comparison> {
  const { left, right, request } = answered
  let findings = compareAnswers(left, right, context)
  const notes: string[] = []
  const differs = findings.differences.length > 0 && isResponse(left) && isResponse(right)
  if (differs && plan.probeVolatile && isSafe(request.method)) {
    const again = await askAgain()
    if (!isResponse(again)) notes.push(`asked once more, left gave no answer: ${again.failure}`)
    else if (again.status !== left.status) {
      notes.push(`asked once more, left answered ${again.status} instead of ${left.status}`)
    } else findings = compareAnswers(left, right, { ...context, probe: again })
  }
  return {
    ...answered,
    differences: [...findings.differences, ...timing(left, right, plan.maxSlowerMs)],
    folds: findings.folds,
    unlisted: findings.unlisted,
    notes,
  }
}

function timing(left: Answer, right: Answer, maxSlowerMs: number | undefined): Difference[] {
  if (maxSlowerMs === undefined || !isResponse(left) || !isResponse(right)) return []
  const slower = right.ms - left.ms
  if (slower <= maxSlowerMs) return []
  return [
    {
      aspect: 'timing',
      name: '',
      left: `${Math.round(left.ms)} ms`,
      right: `${Math.round(right.ms)} ms`,
      note: `${Math.round(slower)} ms slower; allowed are ${maxSlowerMs} ms`,
    },
  ]
}
