import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { buildCommand } from './commands/build-command.js'
import { toMessage } from './commands/command-error.js'
import { EXAMPLES } from './commands/describe.js'
import { doctorCommand } from './commands/doctor-command.js'
import { execCommand } from './commands/exec-command.js'
import { parityCommand } from './commands/parity-command.js'
import { serveCommand } from './commands/serve-command.js'

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string }

const program = new Command('local-alb')
  .description('An AWS Application Load Balancer on your own machine')
  .version(version)
  .usage('[target] [options], or local-alb <command>')
  .addHelpText('after', `\n${EXAMPLES}\n\nAll options of the load balancer: local-alb serve --help`)
  .enablePositionalOptions()
  .addCommand(serveCommand(), { isDefault: true })
  .addCommand(execCommand())
  .addCommand(parityCommand())
  .addCommand(buildCommand())
  .addCommand(doctorCommand())

try {
  await program.parseAsync()
} catch (error) {
  console.error(`local-alb: ${toMessage(error)}`)
  process.exitCode = 1
}
