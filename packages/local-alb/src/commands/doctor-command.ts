import { Command, Option } from 'commander'
import { ARCHITECTURES } from '../build/build-options.js'
import { CommandError, toMessage } from './command-error.js'
import { doctor, type DoctorOptions } from './doctor.js'
import { toDoctorJson, toDoctorText } from './doctor-report.js'
import { painter } from './paint.js'
import { collect, toSeconds } from './option-values.js'

interface Flags extends Omit<DoctorOptions, 'onOutput'> {
  readonly json?: boolean
  readonly verbose?: boolean
}

/** `local-alb doctor src/app.ts`: the options, what it prints, and how it ends. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('tell what in an app does not move to a function behind a load balancer as it is')
    .argument('<file>', 'the file that exports the app, such as src/app.ts; it is loaded and run')
    .option(
      '--export <name>',
      'the export that is the app, or makes it (default: app, default, createApp, server)',
    )
    .option('-m, --multi-value-headers', 'the target group has multi-value headers on')
    .option(
      '--requests <file>',
      'send these GETs instead of those of the routes: HAR, access log or list; may be repeated',
      collect,
    )
    .addOption(
      new Option('--arch <architecture>', "the function's architecture")
        .choices(ARCHITECTURES)
        .default('x64'),
    )
    .option('--timeout <seconds>', 'how long a response may take', toSeconds, 10)
    .option('--json', 'print the findings as JSON')
    .option('--verbose', 'show what the app writes, on standard error')
    .addHelpText('after', HELP)
    .action(run)
}

const HELP = `
It loads the file with its real environment (database, keys), asks it for / and all GET routes without parameters, and
reads the app's own sources. Methods other than GET, HEAD and OPTIONS are never sent.

Exit codes: 0 nothing breaks; 1 something breaks; 2 the app could not be run.
`

async function run(file: string, { json, verbose, ...options }: Flags): Promise<void> {
  try {
    const onOutput = verbose === true ? (text: string) => process.stderr.write(text) : undefined
    const result = await doctor(file, { ...options, onOutput })
    const { isTTY, columns } = process.stdout
    const color = isTTY && (process.env['NO_COLOR'] ?? '') === ''
    const text =
      json === true
        ? `${JSON.stringify(toDoctorJson(result), undefined, 2)}\n`
        : toDoctorText(result, painter(color), Math.min(columns ?? 100, 120))
    process.stdout.write(text)
    if (result.findings.some(({ severity }) => severity === 'breaks')) process.exitCode = 1
    else if (result.failures.length > 0) process.exitCode = 2
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    console.error(`local-alb: ${toMessage(error)}`)
    process.exitCode = 2
  }
}
