import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Command } from 'commander'
import { rollback } from '../commands/rollback.js'
import { shift } from '../commands/shift.js'
import { status } from '../commands/status.js'
import type { End } from '../end.js'
import type { Located } from '../locate.js'
import type { Session } from '../session.js'
import {
  type AlarmFlags,
  type CommonFlags,
  withAlarmOptions,
  withCommonOptions,
} from './options.js'
import { type ShiftFlags, toLimits, toPercents, withShiftOptions } from './shift-flags.js'
import { toInterval } from './values.js'

/** What a command line asks for: work on the rule that its flags name. */
export interface Request {
  readonly flags: CommonFlags
  readonly work: (session: Session, located: Located) => Promise<End>
}

type Flags<T> = T & CommonFlags

export function createProgram(request: (request: Request) => void): Command {
  const ownPackage = createRequire(import.meta.url).resolve('express-alb-deploy/package.json')
  const { version } = JSON.parse(readFileSync(ownPackage, 'utf8')) as { version: string }
  return new Command('express-alb-cutover')
    .description("Moves traffic between two target groups of a load balancer's rule")
    .version(version)
    .addCommand(statusCommand(request))
    .addCommand(shiftCommand(request))
    .addCommand(rollbackCommand(request))
    .addHelpText('after', HELP)
}

function statusCommand(request: (request: Request) => void): Command {
  const command = new Command('status')
    .description('weights, health, alarms and errors; changes nothing')
    .option('--window <time>', 'how far back to count', toInterval, toInterval('5m'))
  return withAlarmOptions(withCommonOptions(command)).action(
    (flags: Flags<AlarmFlags & { readonly window: number }>) => {
      const { alarm: names = [], alarmPrefix: prefixes = [], window: windowMs } = flags
      const options = { alarms: { names, prefixes }, windowMs }
      request({ flags, work: (session, located) => status(session, located, options) })
    },
  )
}

function shiftCommand(request: (request: Request) => void): Command {
  const command = new Command('shift').description(
    'give the function a share of the requests, watch it, and roll back when something is wrong',
  )
  return withAlarmOptions(withShiftOptions(withCommonOptions(command))).action(
    (flags: ShiftFlags) => {
      const options = {
        yes: flags.yes ?? false,
        percents: toPercents(flags),
        limits: toLimits(flags),
        acceptChanges: flags.acceptChanges ?? false,
        takeOver: flags.takeOver ?? false,
      }
      request({ flags, work: (session, located) => shift(session, located, options) })
    },
  )
}

function rollbackCommand(request: (request: Request) => void): Command {
  const command = new Command('rollback')
    .description('set the weights of before the first shift, or 100 to 0')
    .option('--yes', 'do it; without this it is a dry run')
  return withCommonOptions(command).action((flags: Flags<{ readonly yes?: boolean }>) => {
    const options = { yes: flags.yes ?? false }
    request({ flags, work: (session, located) => rollback(session, located, options) })
  })
}

const HELP = `
Exit codes: 0 done, 1 failed, 2 usage, 3 rolled back, 4 refused, 5 too few requests to judge,
6 changed by somebody else, 7 act by hand, 130 Ctrl-C. See docs/cut-over.md.
`
