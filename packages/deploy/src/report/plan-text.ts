import { targetGroupName } from '../rule/arn.js'
import { describeWeights } from '../rule/weights.js'
import { formatDuration } from './duration.js'
import type { PlanEvent } from './event.js'
import type { Paint } from './paint.js'

export function planText(event: PlanEvent, paint: Paint): string {
  const { groups, steps } = event
  const lines = [
    `${paint('bold', 'Rule')}      ${event.rule}`,
    `Existing  ${targetGroupName(groups.existing)}   Function  ${targetGroupName(groups.function)}`,
    `Now       ${describeWeights(event.weights)}`,
    `Rollback  to ${describeWeights(event.rollbackTo)}`,
  ]
  if (event.stickinessSeconds > 0) {
    const time = formatDuration(event.stickinessSeconds * 1_000)
    lines.push(
      paint(
        'yellow',
        `! Stickiness is on: clients stay with the group they got for up to ${time}, whatever the weights are. After a rollback, too.`,
      ),
    )
  }
  if (event.isDefault) {
    lines.push(
      paint('dim', "The default rule's actions are the listener's: ModifyListener changes them."),
    )
  }
  const { dryRun } = event
  if (steps.length > 0) {
    lines.push(
      '',
      dryRun ? 'These calls would be made, each only if the one before was good:' : 'Steps:',
    )
  }
  for (const { percent, call } of steps) {
    const watched = event.watchMs > 0 && percent > 0
    const then = watched ? `, then watched for ${formatDuration(event.watchMs)}` : ', not watched'
    lines.push(
      `  ${paint('bold', `${percent} %`)}${call === undefined ? ' is there already' : ''}${then}`,
    )
    // Otherwise each is told when it is made.
    if (call !== undefined && dryRun) lines.push(`    ${call}`)
  }
  if (steps.length > 0 || dryRun) {
    lines.push('', steps.length > 0 ? 'To roll back:' : 'The call that would be made:')
    lines.push(`    ${event.rollbackCall}`)
  }
  return lines.join('\n')
}
