import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { CommanderError } from 'commander'
import { createAws } from './aws/clients.js'
import type { Clock } from './clock.js'
import { type CommonFlags, toRuleName } from './command-line/options.js'
import { createProgram, type Request } from './command-line/program.js'
import { CutOverError, Interrupted, toReason } from './cut-over-error.js'
import { EXIT } from './exit-codes.js'
import { locate, type Located } from './locate.js'
import type { EndEvent, Report } from './report/event.js'
import { jsonReport } from './report/json.js'
import { textReport, type TextOutput } from './report/text.js'
import { describeWeights } from './rule/weights.js'
import { quote } from './rule/write-call.js'
import type { Position, Session } from './session.js'
import { thisProcess } from './state/process.js'

/** What surrounds a run. */
export interface Surroundings extends TextOutput {
  /** What is wrong with the command line. */
  readonly error: (text: string) => void
  readonly clock: Clock
  /** Aborts with the signal that ends the run; its name is the reason. */
  readonly stop: AbortSignal
  readonly position: Position
  readonly folder: string
}

/** Runs one command line to its end. Never throws for what can be told to the user. */
export async function run(args: readonly string[], around: Surroundings): Promise<number> {
  const requests: Request[] = []
  const program = createProgram((one) => void requests.push(one))
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        around.line(text.trimEnd())
      },
      writeErr: (text) => {
        around.error(text.trimEnd())
      },
    })
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    const [request] = requests
    return request === undefined ? EXIT.usage : await perform(request, around)
  } catch (error) {
    // Help and version are no mistakes; the message of one is out already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (!(error instanceof CutOverError)) throw error
    around.error(`express-alb-cutover: ${error.message}`)
    return error.exitCode
  }
}

async function perform({ flags, work }: Request, around: Surroundings): Promise<number> {
  const { clock, stop, position } = around
  const report: Report =
    flags.json === true ? jsonReport(around.line, clock.now) : textReport(around)
  const { name, region } = toRuleName(flags)
  const { endpointUrl, profile, callTimeout: callTimeoutMs } = flags
  const aws = createAws({ region, endpointUrl, profile, callTimeoutMs })
  let end: EndEvent
  try {
    const expected = { existing: flags.existingGroup, function: flags.functionGroup }
    const located = await locate({ aws, stop }, name, expected)
    position.rollbackCommand = toRollbackCommand(flags, located)
    const session: Session = {
      aws,
      clock,
      report,
      stop,
      stateFile: resolve(around.folder, flags.state ?? `cutover-${located.rule.ruleId}.json`),
      runner: { id: randomUUID(), ...thisProcess },
      position,
      cliOptions: toCliOptions(flags),
      rollbackCommand: position.rollbackCommand,
    }
    const { exitCode, message, weights } = await work(session, located)
    end = { event: 'end', outcome: outcomeOf(exitCode), exitCode, message, weights }
  } catch (error) {
    end = toEnd(error, around)
  } finally {
    aws.close()
  }
  report(end)
  return end.exitCode
}

function toEnd(error: unknown, { position, stop }: Surroundings): EndEvent {
  if (error instanceof Interrupted) {
    const exitCode = stop.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
    const message = `Stopped. ${describePosition(position)}`
    const { weights } = position
    return { event: 'end', outcome: outcomeOf(exitCode), exitCode, message, weights }
  }
  if (error instanceof CutOverError) {
    const { exitCode, message } = error
    const weights = error.weights ?? position.weights
    return { event: 'end', outcome: outcomeOf(exitCode), exitCode, message, weights }
  }
  const message = `${toReason(error)}. ${describePosition(position)}`
  const { weights } = position
  return { event: 'end', outcome: 'failed', exitCode: EXIT.failed, message, weights }
}

/** What the rule is, as far as this run knows. */
export function describePosition(position: Position): string {
  const { weights, pending, hasWritten, rollbackCommand } = position
  if (pending !== undefined) {
    const before = weights === undefined ? '' : ` or still ${describeWeights(weights)}`
    return `A call was under way: the rule has ${describeWeights(pending)}${before}. Look: status. Roll back: ${rollbackCommand}`
  }
  if (weights === undefined) return 'Nothing was changed.'
  const has = `The rule has ${describeWeights(weights)}`
  if (!hasWritten) return `${has}; this run changed nothing.`
  return `${has} and is not watched any more. Go on: the same command again. Roll back: ${rollbackCommand}`
}

function outcomeOf(exitCode: number): string {
  return Object.entries(EXIT).find(([, code]) => code === exitCode)?.[0] ?? 'failed'
}

function toRollbackCommand(flags: CommonFlags, { rule, groups }: Located): string {
  const options: readonly (readonly [name: string, value: string | undefined])[] = [
    ['--rule', rule.ruleArn],
    ['--existing-group', groups.existing],
    ['--function-group', groups.function],
    ['--state', flags.state],
    ['--endpoint-url', flags.endpointUrl],
    ['--profile', flags.profile],
  ]
  const words = options.flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
  return ['express-alb-cutover', 'rollback', ...words, '--yes'].map(quote).join(' ')
}

function toCliOptions({ endpointUrl, profile }: CommonFlags): readonly string[] {
  return [
    ...(endpointUrl === undefined ? [] : ['--endpoint-url', endpointUrl]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ]
}
