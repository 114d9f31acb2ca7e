import { Command } from 'commander'
import { type AlbOptions, OPTION_NAMES } from '../options.js'
import { CommandError } from './command-error.js'
import { serve } from './serve.js'
import type { Served, ServeOptions } from './serve-options.js'
import { wrap } from './wrap.js'
import { collect, numberOption } from './option-values.js'

const HELP = `
Names for --set:
${wrap(OPTION_NAMES.join(', '), 78)
  .map((line) => `  ${line}`)
  .join('\n')}

Manual: https://github.com/express-alb/express-alb/blob/main/docs/local-alb.md
`

interface Flags extends Omit<ServeOptions, 'target' | 'targets' | 'attributes'> {
  readonly target?: readonly string[]
  readonly set?: readonly string[]
}

/** `local-alb [target]`: the options, and what becomes of Ctrl-C. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('answer HTTP requests through a load balancer (the default command)')
    .argument(
      '[target]',
      'a function (dist/lambda.mjs, src/lambda.ts) or a server (http://127.0.0.1:3000)',
    )
    .option('-c, --config <file>', 'rules, target groups and targets; see the manual')
    .option(
      '-t, --target <group=target>',
      'with --config: stands for a target group instead of what the file says; may be repeated',
      collect,
    )
    .addOption(
      numberOption('-p, --port <number>', 'port to listen on; 0 for any', 0, 65_535).default(8080),
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('-m, --multi-value-headers', 'multi-value headers, as the target group attribute')
    .option('--https', 'HTTPS with HTTP/2, with a certificate made for this run')
    .option('--health-check <path>', 'check the health of the target at this path')
    .option('--handler <export>', "name of the function's export", 'handler')
    .addOption(numberOption('--timeout <seconds>', "the function's timeout (default: 30)", 1, 900))
    .addOption(numberOption('--memory <MB>', "the function's memory (default: 1024)", 128, 10_240))
    .addOption(
      numberOption(
        '--concurrency <number>',
        'execution environments at once (default: 10)',
        1,
        1000,
      ),
    )
    .option(
      '--env-file <file>',
      "NAME=value lines for the function's environment; may be repeated",
      collect,
    )
    .option('-w, --watch', 'start the function anew when its files change')
    .option('--json', 'one JSON object for each request')
    .option('--access-log <file>', "access log in AWS's format")
    .addOption(
      numberOption(
        '--inspector-port <number>',
        'port of the inspector (default: the next one)',
        0,
        65_535,
      ),
    )
    .option('--no-inspector', 'no inspector')
    .option(
      '-s, --set <name=value>',
      'an attribute or switch of the load balancer; may be repeated',
      collect,
    )
    .addHelpText('after', HELP)
    .action(async (target: string | undefined, flags: Flags) => {
      const { set = [], target: targets = [], ...options } = flags
      await run({
        ...options,
        target,
        targets: Object.fromEntries(targets.map((pair) => toPair('--target', pair))),
        attributes: toAttributes(set),
      })
    })
}

async function run(options: ServeOptions): Promise<void> {
  // Machines read standard output; what is for people goes beside it.
  const note = options.json === true ? console.error : console.log
  const starting = serve(options, {
    line: console.log,
    note,
    color: hasColor(),
    width: process.stdout.columns,
  })
  const forget = endWithSignals(starting)
  try {
    note((await starting).screen)
  } catch (error) {
    forget()
    throw error
  }
}

/** See https://no-color.org. */
function hasColor(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === ''
}

/**
 * The first signal ends all in order, also what is only starting, the second at once.
 *
 * @returns a function that leaves signals to Node again
 */
function endWithSignals(starting: Promise<Served>): () => void {
  let isEnding = false
  const end = async (): Promise<void> => {
    if (isEnding) process.exit(1)
    isEnding = true
    // When it does not start, that is told elsewhere.
    const served = await starting.catch(() => undefined)
    await served?.close()
    process.exit(process.exitCode)
  }
  const onSignal = (): void => void end()
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

/** SIGHUP: the terminal is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A value is JSON where it can be read so, a string otherwise. */
function toAttributes(pairs: readonly string[]): AlbOptions {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, value] = toPair('--set', pair)
      return [name, toValue(value)]
    }),
  )
}

function toPair(flag: string, pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=')
  if (equals > 0) return [pair.slice(0, equals), pair.slice(equals + 1)]
  const form = flag === '--set' ? 'name=value' : 'group=target'
  throw new CommandError(
    `${flag} ${pair} has no ${equals < 0 ? '"="' : 'name'}; write ${flag} ${form}`,
  )
}

function toValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
