import { Command, InvalidArgumentError, Option } from 'commander'
import type { AlbOptions } from '../options.js'
import { ParityError } from '../parity/parity-error.js'
import { toMessage } from './command-error.js'
import { parity } from './parity.js'
import type { ParityOptions } from './parity-options.js'
import { collect, numberOption } from './option-values.js'

interface Flags extends Omit<ParityOptions, 'attributes'> {
  readonly set?: AlbOptions
}

/** `local-alb parity`: the options, and how it ends. */
export function parityCommand(): Command {
  const command = new Command('parity')
    .description('send the same requests to two targets and report what differs in the answers')
    // As elsewhere with "compare" tools: 1 means that something differs, so mistakes need another one.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async ({ set, ...options }: Flags) => {
      process.exitCode = await end({ ...options, ...(set && { attributes: set }) })
    })
  addSources(command)
  addSides(command)
  addSending(command)
  addComparing(command)
  return command
    .optionsGroup('Reporting:')
    .option('--html <file>', 'a report to open in a browser: one file, with side-by-side diffs')
    .option('--json', 'JSON instead of a table')
    .option('--all', 'list what was folded away, and every difference')
    .helpOption('-h, --help', 'display help for command')
    .addHelpText('after', HELP)
}

function addSources(command: Command): void {
  command
    .optionsGroup('Requests:')
    .option(
      '-f, --from <file>',
      'HAR file, ALB access log, list of requests (each also as .gz), or a folder of them; - is standard input; may be repeated',
      collect,
    )
    .addOption(
      new Option('--format <format>', 'what the files are (default: by what they say)').choices([
        'har',
        'access-log',
        'list',
      ]),
    )
    .option(
      '--origin <origin>',
      "of a HAR file: whose requests to send, * for all (default: the first one's); may be repeated",
      collect,
    )
    .option('--unique', 'send requests once that are the same')
    .addOption(numberOption('--limit <number>', 'no more requests than this', 1, 1_000_000_000))
    .option('--mirror', 'live traffic instead: listen, answer from left, send right a copy')
    .addOption(
      numberOption('-p, --port <number>', 'with --mirror: port to listen on', 0, 65_535).default(
        8080,
      ),
    )
    .option('--listen-host <address>', 'with --mirror: address to listen on', '127.0.0.1')
}

function addSides(command: Command): void {
  command
    .optionsGroup('Targets:')
    .option(
      '-l, --left <target>',
      'what is taken as correct: a server (http://127.0.0.1:3000), a function or a configuration file',
    )
    .option('-r, --right <target>', 'what is compared with it')
    .option('-c, --config <file>', 'a configuration, as the side that is not named')
    .option(
      '--behind-alb',
      'put servers behind a load balancer, too, so that both sides see X-Forwarded-…',
    )
    .option(
      '--https',
      'load balancers of this command use HTTPS: apps see X-Forwarded-Proto: https',
    )
    .addOption(
      new Option(
        '-m, --multi-value-headers [side]',
        'functions get multi-value headers: left, right or both (default)',
      ).argParser((value) => {
        if (value === 'left' || value === 'right') return value
        if (value === 'both') return true
        throw new InvalidArgumentError('It must be left, right or both.')
      }),
    )
    .option('--handler <export>', "name of the function's export")
    .addOption(numberOption('--timeout <seconds>', "the function's timeout (default: 30)", 1, 900))
    .addOption(numberOption('--memory <MB>', "the function's memory (default: 1024)", 128, 10_240))
    .option(
      '--env-file <file>',
      "NAME=value lines for the function's environment; may be repeated",
      collect,
    )
    .option(
      '-s, --set <name=value>',
      'an attribute or switch of the load balancer; may be repeated',
      collectAttribute,
    )
    .option('-k, --insecure', 'take any certificate')
}

function addSending(command: Command): void {
  command
    .optionsGroup('Sending:')
    .option('--unsafe', 'send POST, PUT, PATCH, DELETE and others that may change something, too')
    .option('--cookies', 'keep the cookies that each side sets and send them with what follows')
    .option('-H, --header <field>', '"Name: value" for each request; may be repeated', collect)
    .option('--host <name>', "Host of each request (default: as recorded, else left's)")
    .addOption(
      numberOption(
        '--concurrency <number>',
        'requests at once (default: 4; 1 with --unsafe or --cookies)',
        1,
        200,
      ),
    )
    .addOption(
      numberOption('--wait <seconds>', 'how long an answer may take (default: 60)', 1, 4000),
    )
}

function addComparing(command: Command): void {
  command
    .optionsGroup('Comparing:')
    .option(
      '--ignore-header <name>',
      'a header field that does not count; * stands for anything',
      collect,
    )
    .option('--ignore-cookie <name>', 'a cookie whose value does not count', collect)
    .option('--ignore-json-path <path>', 'values in JSON that do not count: $.items[*].id', collect)
    .option(
      '--ignore-regex <expression>',
      'text that does not count, in bodies, header fields and cookies: /csrf=\\w+/i',
      collect,
    )
    .option('--no-probe-volatile', 'do not ask left once more to find what changes each time')
    .addOption(
      numberOption(
        '--max-slower <ms>',
        'right may take this much longer (default: time does not count)',
        0,
        3_600_000,
      ),
    )
}

const HELP = `
Exit code: 0 when all answers are the same, 1 when some differ, 2 when that could not be found out.

A list of requests:
  # a comment
  GET /orders?page=2
  POST /orders
    Content-Type: application/json
    > {"item": 1}
  PUT /logo
    < logo.png

More: docs/parity.md
`

/** The first signal ends it with a report, the second at once. */
async function end(options: ParityOptions): Promise<number> {
  const ending = new AbortController()
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(2)
    ending.abort()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    return await parity(
      options,
      {
        write: (text) => {
          process.stdout.write(text)
        },
        beside: process.stderr,
        color: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
        width: process.stdout.columns,
      },
      ending.signal,
    )
  } catch (error) {
    console.error(`local-alb: ${error instanceof ParityError ? error.message : toMessage(error)}`)
    return 2
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** A value is JSON where it can be read so, a string otherwise. */
function collectAttribute(pair: string, before: AlbOptions = {}): AlbOptions {
  const equals = pair.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('It must be name=value.')
  const text = pair.slice(equals + 1)
  let value: unknown = text
  try {
    value = JSON.parse(text)
  } catch {
    // A string.
  }
  return { ...before, [pair.slice(0, equals)]: value }
}
