import { type HeaderField, RefusedError } from '../message.js'
import type { ForwardedRequest } from '../targets/target.js'
import type { ForwardAction } from './definition.js'
import { readStickyCookie, toStickyCookies } from './sticky-cookie.js'

/** The target group that a request goes to, and what is to be added to the answer. */
export interface ChosenTargetGroup {
  readonly arn: string
  readonly cookies: readonly HeaderField[]
}

/**
 * Distributes requests among the target groups of a forward action by their weights (AWS: "Forward actions"). A group whose
 * targets are all unhealthy, or which has none, still gets its share: the load balancer does not fail over.
 *
 * With group stickiness a client that shows the cookie goes where it went before, and gets a fresh cookie with every answer.
 * A cookie that names no group of this action, or one of weight 0, counts for nothing.
 *
 * @param random a number from 0 up to, but not including, 1
 * @throws {RefusedError} 503 when every weight is 0. AWS does not say what happens then
 */
export function chooseTargetGroup(
  action: ForwardAction,
  request: Pick<ForwardedRequest, 'headers'>,
  random: () => number,
  now: number = Date.now(),
): ChosenTargetGroup {
  const { stickinessSeconds } = action
  if (stickinessSeconds === undefined) return { arn: byWeight(action, random), cookies: [] }

  const open = action.targetGroups.filter(({ weight }) => weight > 0).map(({ arn }) => arn)
  const arn = readStickyCookie(request.headers, open, now) ?? byWeight(action, random)
  return { arn, cookies: toStickyCookies(arn, stickinessSeconds, now) }
}

function byWeight({ targetGroups }: ForwardAction, random: () => number): string {
  const open = targetGroups.filter(({ weight }) => weight > 0)
  const total = open.reduce((sum, { weight }) => sum + weight, 0)
  let rest = random() * total
  for (const { arn, weight } of open) {
    rest -= weight
    if (rest < 0) return arn
  }
  const names = targetGroups.map(({ arn }) => arn).join(', ')
  throw new RefusedError({
    status: 503,
    explanation: `every target group of the rule has weight 0 (${names}); give one a weight above 0`,
  })
}
