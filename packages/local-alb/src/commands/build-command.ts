import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { Command, Option } from 'commander'
import { ARCHITECTURES, type BuildFunctionOptions, RUNTIMES } from '../build/build-options.js'
import { buildFunction } from '../build/build.js'
import { toAsset } from '../bundle/build-settings.js'
import { buildReport } from './build-report.js'
import { CommandError } from './command-error.js'
import { readEnvironmentFiles } from './environment-files.js'
import { painter } from './paint.js'
import { collect, numberOption } from './option-values.js'

interface Flags extends Pick<
  BuildFunctionOptions,
  | 'handler'
  | 'target'
  | 'arch'
  | 'external'
  | 'keep'
  | 'exclude'
  | 'verify'
  | 'healthCheck'
  | 'memory'
  | 'timeout'
> {
  readonly out: string
  readonly asset?: readonly string[]
  readonly envFile?: readonly string[]
}

/** `local-alb build src/lambda.ts`: the options, what it says, and exit code 1 when the function does not start. */
export function buildCommand(): Command {
  return new Command('build')
    .description('make a folder and a zip that Lambda takes, and start them once')
    .argument('<source>', "the function's source, such as src/lambda.ts")
    .option('-o, --out <folder>', 'the folder; the zip stands beside it', 'dist/lambda')
    .option('--handler <export>', "name of the function's export", 'handler')
    .addOption(
      new Option('--target <runtime>', "Lambda's runtime").choices(RUNTIMES).default('nodejs22.x'),
    )
    .addOption(
      new Option('--arch <architecture>', "the function's architecture")
        .choices(ARCHITECTURES)
        .default('x64'),
    )
    .option(
      '--asset <path[:destination]>',
      'copy a file or folder; may be repeated (those in new URL() and path.join() are found)',
      collect,
    )
    .option(
      '--keep <package>',
      'copy a package with what it depends on instead of bundling it; may be repeated',
      collect,
    )
    .option('--external <module>', 'leave out what a layer has; may be repeated', collect)
    .option(
      '--exclude <path>',
      'neither copy nor miss a file or folder that the source names; may be repeated',
      collect,
    )
    .option(
      '--env-file <file>',
      "NAME=value lines for the function's environment when it is started; may be repeated",
      collect,
    )
    .option('--health-check <path>', 'the path that it is asked for when it is started', '/')
    .addOption(
      numberOption(
        '--memory <MB>',
        "the function's memory when it is started (default: 1024)",
        128,
        10_240,
      ),
    )
    .addOption(
      numberOption(
        '--timeout <seconds>',
        "the function's timeout when it is started (default: 30)",
        1,
        900,
      ),
    )
    .option('--no-verify', 'do not start it')
    .addHelpText('after', HELP)
    .action(async (source: string, flags: Flags) => {
      process.exitCode = await run(source, flags)
    })
}

const HELP = `
"local-alb": { "assets": [], "keep": [], "external": [], "exclude": [] } in package.json says the same for this
command and for local-alb src/lambda.ts. More: docs/build.md
`

async function run(source: string, flags: Flags): Promise<number> {
  if (!existsSync(source)) {
    throw new CommandError(
      `${source}: there is no such file in ${process.cwd()}. Give the source of the function, such as src/lambda.ts`,
    )
  }
  const { asset = [], envFile = [], healthCheck = '/', ...options } = flags
  const built = await buildFunction({
    ...options,
    entry: source,
    assets: asset.map((text) => toAsset(text, process.cwd())),
    env: await readEnvironmentFiles(envFile),
    healthCheck: healthCheck.startsWith('/') ? healthCheck : `/${healthCheck}`,
  })
  const color = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === ''
  const { text, isGood } = buildReport(built, painter(color), (file) =>
    relative(process.cwd(), file),
  )
  if (isGood) console.log(text)
  else console.error(text)
  return isGood ? 0 : 1
}
