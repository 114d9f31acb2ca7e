import {
  type AlarmType,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandOutput,
} from '@aws-sdk/client-cloudwatch'
import { refusal } from '../cut-over-error.js'
import type { Aws } from './clients.js'
import { toOptions } from './rules.js'

export interface Alarm {
  readonly name: string
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  readonly state: string
  readonly reason: string
}

/** Which alarms to look at. */
export interface AlarmNames {
  /** Names or ARNs; each must exist. */
  readonly names: readonly string[]
  /** Beginnings of names; each must have one alarm at least. */
  readonly prefixes: readonly string[]
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
const NAMES_PER_CALL = 100
// Composite alarms are told only where they are asked for.
const TYPES: AlarmType[] = ['MetricAlarm', 'CompositeAlarm']

export async function readAlarms(
  aws: Aws,
  wanted: AlarmNames,
  signal?: AbortSignal,
): Promise<readonly Alarm[]> {
  const names = [...new Set(wanted.names.map(toName))]
  const found = new Map<string, Alarm>()
  for (let start = 0; start < names.length; start += NAMES_PER_CALL) {
    const some = names.slice(start, start + NAMES_PER_CALL)
    for (const alarm of await readPages(aws, { AlarmNames: some }, signal)) {
      found.set(alarm.name, alarm)
    }
  }
  const missing = names.filter((name) => !found.has(name))
  if (missing.length > 0) throw refusal(`There is no alarm ${missing.join(', ')}.`)
  for (const prefix of wanted.prefixes) {
    const alarms = await readPages(aws, { AlarmNamePrefix: prefix }, signal)
    if (alarms.length === 0) throw refusal(`There is no alarm whose name begins with ${prefix}.`)
    for (const alarm of alarms) found.set(alarm.name, alarm)
  }
  return [...found.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
}

async function readPages(
  aws: Aws,
  query: { readonly AlarmNames: string[] } | { readonly AlarmNamePrefix: string },
  signal: AbortSignal | undefined,
): Promise<readonly Alarm[]> {
  const alarms: Alarm[] = []
  let token: string | undefined
  do {
    const page: DescribeAlarmsCommandOutput = await aws.cloudWatch.send(
      new DescribeAlarmsCommand({
        ...query,
        AlarmTypes: TYPES,
        MaxRecords: NAMES_PER_CALL,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
      toOptions(signal),
    )
    for (const alarm of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])]) {
      alarms.push({
        name: alarm.AlarmName ?? '',
        state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
        reason: alarm.StateReason ?? '',
      })
    }
    token = page.NextToken
  } while (token !== undefined && token !== '')
  return alarms
}

/** `arn:aws:cloudwatch:<region>:<account>:alarm:<name>`; names may hold colons themselves. */
function toName(nameOrArn: string): string {
  return /^arn:[^:]*:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/s.exec(nameOrArn)?.[1] ?? nameOrArn
}
