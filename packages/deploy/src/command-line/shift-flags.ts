import { type Command, Option } from 'commander'
import { CutOverError } from '../cut-over-error.js'
import { EXIT } from '../exit-codes.js'
import type { Limits } from '../watch/limits.js'
import type { AlarmFlags, CommonFlags } from './options.js'
import {
  toCount,
  toDuration,
  toInterval,
  toPositiveCount,
  toRate,
  toShare,
  toShares,
} from './values.js'

export interface ShiftFlags extends CommonFlags, AlarmFlags {
  readonly to?: number
  readonly steps?: readonly number[]
  readonly yes?: boolean
  readonly watch: number
  readonly interval: number
  readonly window: number
  readonly metricDelay: number
  readonly maxErrorRate: number
  readonly minRequests: number
  readonly whenQuiet: 'hold' | 'continue'
  readonly maxElb5xx?: number
  readonly maxReadFailures: number
  readonly whenBlind: 'rollback' | 'stop'
  readonly acceptChanges?: boolean
  readonly takeOver?: boolean
}

export function withShiftOptions(command: Command): Command {
  return command
    .option('--to <percent>', "the function's share of the requests", toShare)
    .option('--steps <percents>', 'several shares one after the other, as 1,5,25,100', toShares)
    .option('--yes', 'do it; without this it is a dry run')
    .addOption(
      time('--watch <time>', 'how long to watch each step; 0 for not at all', '10m', toDuration),
    )
    .addOption(time('--interval <time>', 'from one look to the next', '15s', toInterval))
    .addOption(
      time('--window <time>', 'the time over which the error rate is taken', '5m', toInterval),
    )
    .addOption(
      time(
        '--metric-delay <time>',
        'how much longer to watch, as metrics come late',
        '2m',
        toDuration,
      ),
    )
    .addOption(
      new Option('--max-error-rate <percent>', 'roll back above it')
        .argParser(toRate)
        .default(0.01, '1%'),
    )
    .addOption(
      new Option('--min-requests <count>', 'fewer are too few to judge')
        .argParser(toCount)
        .default(20),
    )
    .addOption(
      new Option('--when-quiet <what>', 'where they are too few: hold there, or continue')
        .choices(['hold', 'continue'])
        .default('hold'),
    )
    .option('--max-elb-5xx <count>', "the load balancer's own 5xx in a window, all rules", toCount)
    .addOption(
      new Option('--max-read-failures <count>', 'looks in a row that may fail')
        .argParser(toPositiveCount)
        .default(3),
    )
    .addOption(
      new Option('--when-blind <what>', 'after that: rollback, or stop and leave the weights')
        .choices(['rollback', 'stop'])
        .default('rollback'),
    )
    .option('--accept-changes', 'go on although the rule is not as this command left it')
    .option('--take-over', 'go on although another run seems to be at work')
}

export function toPercents({ to, steps, watch }: ShiftFlags): readonly number[] {
  if (to !== undefined && steps === undefined) return [to]
  if (steps !== undefined && steps.length > 1 && watch === 0) {
    throw new CutOverError(EXIT.usage, 'Several --steps need a --watch between them.')
  }
  if (to === undefined && steps !== undefined) return steps
  throw new CutOverError(EXIT.usage, 'Say where to: either --to 10, or --steps 1,5,25,100.')
}

export function toLimits(flags: ShiftFlags): Limits {
  return {
    watchMs: flags.watch,
    metricDelayMs: flags.metricDelay,
    intervalMs: flags.interval,
    windowMs: flags.window,
    maxErrorRate: flags.maxErrorRate,
    minRequests: flags.minRequests,
    whenQuiet: flags.whenQuiet,
    maxElb5xx: flags.maxElb5xx,
    alarms: { names: flags.alarm ?? [], prefixes: flags.alarmPrefix ?? [] },
    maxReadFailures: flags.maxReadFailures,
    whenBlind: flags.whenBlind,
  }
}

function time(
  flags: string,
  description: string,
  fallback: string,
  read: (value: string) => number,
): Option {
  return new Option(flags, description).argParser(read).default(read(fallback), fallback)
}
