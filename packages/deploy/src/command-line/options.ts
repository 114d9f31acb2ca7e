import { type Command, Option } from 'commander'
import { CutOverError } from '../cut-over-error.js'
import { EXIT } from '../exit-codes.js'
import type { RuleName } from '../locate.js'
import { parseListenerArn, parseRuleArn } from '../rule/arn.js'
import {
  collect,
  toInterval,
  toListenerArn,
  toPriority,
  toRuleArn,
  toTargetGroupArn,
  toUrl,
} from './values.js'

/** Options that all commands have. */
export interface CommonFlags {
  readonly rule?: string
  readonly listener?: string
  readonly priority?: string
  readonly existingGroup?: string
  readonly functionGroup?: string
  readonly state?: string
  readonly endpointUrl?: string
  readonly profile?: string
  readonly callTimeout: number
  readonly json?: boolean
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('--rule <arn>', 'the listener rule that shares the traffic', toRuleArn)
    .option('--listener <arn>', 'or its listener, with --priority', toListenerArn)
    .option('--priority <number>', '"default" for the listener\'s default rule', toPriority)
    .option('--existing-group <arn>', 'the target group that had the traffic', toTargetGroupArn)
    .option('--function-group <arn>', "the function's target group", toTargetGroupArn)
    .option('--state <file>', 'what a later run must know (default: cutover-<rule id>.json)')
    .option('--endpoint-url <url>', "in place of AWS's own endpoints", toUrl)
    .option('--profile <name>', 'of ~/.aws/config')
    .addOption(
      new Option('--call-timeout <time>', 'how long one attempt of a call may take')
        .argParser(toInterval)
        .default(15_000, '15s'),
    )
    .option('--json', 'one JSON object a line')
}

export interface AlarmFlags {
  readonly alarm?: readonly string[]
  readonly alarmPrefix?: readonly string[]
}

export function withAlarmOptions(command: Command): Command {
  return command
    .option('--alarm <name or ARN>', 'a CloudWatch alarm to look at; may be repeated', collect)
    .option('--alarm-prefix <text>', 'all alarms whose names begin so; may be repeated', collect)
}

/** Which rule is meant, and its Region. */
export function toRuleName({ rule, listener, priority }: CommonFlags): {
  readonly name: RuleName
  readonly region: string
} {
  if (rule !== undefined && listener === undefined && priority === undefined) {
    return { name: { ruleArn: rule }, region: parseRuleArn(rule)?.region ?? '' }
  }
  if (rule === undefined && listener !== undefined && priority !== undefined) {
    return {
      name: { listenerArn: listener, priority },
      region: parseListenerArn(listener)?.region ?? '',
    }
  }
  throw new CutOverError(
    EXIT.usage,
    'Name the rule: either --rule <arn>, or --listener <arn> with --priority <number or default>.',
  )
}
