import { errorsOf, type GroupCounts } from '../aws/counts.js'
import { describeHealth } from '../aws/target-groups.js'
import { targetGroupName } from '../rule/arn.js'
import { describeWeights, formatPercent, shareOf } from '../rule/weights.js'
import { formatDuration } from './duration.js'
import type { StatusEvent } from './event.js'
import type { Paint } from './paint.js'

/** The `status` command's page. */
export function statusText(event: StatusEvent, paint: Paint): string {
  const { groups, weights, counts } = event
  const share = shareOf(weights)
  const percent = (value: number | undefined): string =>
    value === undefined ? '–' : `${formatPercent(value)} %`
  const header = ['', 'group', 'type', 'weight', 'share', 'targets', 'requests', 'failed', 'rate']
  const row = (side: 'existing' | 'function', ownShare: number | undefined): readonly string[] => [
    side,
    targetGroupName(groups[side]),
    event.types[groups[side]] ?? 'unknown',
    String(weights[side]),
    percent(ownShare),
    describeHealth(event.health[side]),
    ...countCells(counts[side]),
  ]
  const rows = [
    row('existing', share === undefined ? undefined : 100 - share),
    row('function', share),
  ]
  const name = event.isDefault ? 'default rule' : `priority ${event.priority}`
  const own = counts.function
  const stickiness =
    event.stickinessSeconds === 0 ? 'off' : formatDuration(event.stickinessSeconds * 1_000)
  const lines = [
    `${paint('bold', 'Rule')}  ${event.rule}`,
    `      ${name}: ${event.conditions}; stickiness ${stickiness}`,
    '',
    ...table([header, ...rows]).map((line, index) => (index === 0 ? paint('dim', line) : line)),
    '',
    `Function's group: 5xx of the app ${own.target5xx}, LambdaUserError ${own.userErrors}, LambdaInternalError ${own.internalErrors}`,
    event.functionArn === undefined
      ? 'Function: none is registered'
      : `Function ${event.functionArn.split(':').slice(6).join(':')}: ${counts.lambda.invocations} invocations, ${counts.lambda.errors} errors, ${counts.lambda.throttles} throttles`,
    `Load balancer itself, all rules: 5xx ${counts.loadBalancer.elb5xx}, of these 502 ${counts.loadBalancer.elb502}`,
    paint(
      'dim',
      `Counts of the last ${formatDuration(event.windowMs)}; the newest minutes come late.`,
    ),
    '',
    event.alarms.length === 0
      ? 'Alarms: none named (--alarm, --alarm-prefix)'
      : `Alarms: ${event.alarms.map(({ name: alarm, state }) => `${alarm} ${paintState(state, paint)}`).join(', ')}`,
    event.noted === undefined
      ? 'Noted: nothing; a rollback goes to existing 100, function 0'
      : `Noted: ${event.noted.status}; a rollback goes to ${describeWeights(event.noted.original)}`,
    ...event.warnings.map((warning) => paint('yellow', `! ${warning}`)),
  ]
  return lines.join('\n')
}

function countCells(counts: GroupCounts): readonly string[] {
  const failed = errorsOf(counts)
  const rate = counts.requests === 0 ? '–' : `${formatPercent((failed * 100) / counts.requests)} %`
  return [String(counts.requests), String(failed), rate]
}

function paintState(state: string, paint: Paint): string {
  if (state === 'OK') return paint('green', state)
  return paint(state === 'ALARM' ? 'red' : 'yellow', state)
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
