import { errorsOf, sum } from '../aws/counts.js'
import { canServe, describeHealth, readHealth, readTargetTypes } from '../aws/target-groups.js'
import { refusal } from '../cut-over-error.js'
import type { Groups, Rule } from '../rule/rule.js'
import { formatPercent } from '../rule/weights.js'
import { reading, type Session } from '../session.js'
import type { Limits } from '../watch/limits.js'
import { observe } from '../watch/observe.js'

/** Whether all is there that the watch will need, and nothing speaks against the function before it gets more requests. */
export async function preflight(
  session: Session,
  rule: Rule,
  groups: Groups,
  limits: Limits,
): Promise<void> {
  const from = session.clock.now() - limits.windowMs
  const [{ minutes, alarms, health }, existing] = await reading(
    session,
    Promise.all([
      observe(session, rule, groups, limits, from),
      readHealth(session.aws, groups.existing, session.stop),
    ]),
  )
  const firing = alarms.filter(({ state }) => state === 'ALARM')
  if (firing.length > 0) {
    const names = firing.map(({ name, reason }) => `${name} (${reason})`).join(', ')
    throw refusal(`These alarms fire already: ${names}.`)
  }
  if (!canServe(health)) {
    throw refusal(`The function's group has nothing that can serve: ${describeHealth(health)}.`)
  }
  if (!canServe(existing)) {
    warn(
      session,
      `The existing group could not take the traffic back: ${describeHealth(existing)}.`,
    )
  }
  const counts = sum(minutes, from, Infinity).existing
  const rate = counts.requests === 0 ? 0 : errorsOf(counts) / counts.requests
  if (rate > limits.maxErrorRate) {
    warn(
      session,
      `The existing group itself fails ${formatPercent(rate * 100)} % of its requests, more than the ${formatPercent(limits.maxErrorRate * 100)} % that the function may.`,
    )
  }
}

/** Where the groups are named the wrong way round, a step to 1 % would be one to 99 %. */
export async function refuseSwappedGroups(session: Session, groups: Groups): Promise<void> {
  const arns = [groups.existing, groups.function]
  const types = await reading(session, readTargetTypes(session.aws, arns, session.stop))
  if (types.get(groups.existing) === 'lambda' && types.get(groups.function) !== 'lambda') {
    throw refusal(
      `The groups are named the wrong way round: ${groups.existing} is the function's. Name it with --function-group.`,
    )
  }
}

function warn({ report }: Session, message: string): void {
  report({ event: 'note', level: 'warning', message })
}
