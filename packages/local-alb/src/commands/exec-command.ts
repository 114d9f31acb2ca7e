import { Command } from 'commander'
import { exec, type ExecOptions } from './exec.js'
import { toSeconds } from './option-values.js'

/** `local-alb exec -- npm test`: the options, and how it ends. */
export function execCommand(): Command {
  return (
    new Command('exec')
      .description('run tests whose servers answer through the load balancer: exec -- npm test')
      .argument('<command...>', 'the command and its arguments; the summary comes when it ends')
      // What follows the command's name is the command's.
      .passThroughOptions()
      .option('-m, --multi-value-headers', 'multi-value headers, as the target group attribute')
      .option(
        '--adapter <module>',
        'exports createHandler(listener) (default: express-alb, as installed here)',
      )
      .option('--timeout <seconds>', "the function's timeout (default: 30)", toSeconds)
      .option('--no-doctor', 'do not look at what the app does while it serves requests')
      .option('--json', 'the summary as one line of JSON, the last on standard error')
      .addHelpText('after', HELP)
      .action(async (words: string[], options: ExecOptions) => {
        const { exitCode, signal } = await exec(words, options)
        process.exitCode = exitCode
        // As the command ended, so that a script around it that got Ctrl-C stops, too.
        if (signal !== null) process.kill(process.pid, signal)
      })
  )
}

const HELP = `
Works with mocha, jest, vitest, node:test and whatever else runs on Node.
More settings are environment variables: LOCAL_ALB_OPTIONS (JSON, the load balancer's behaviour),
LOCAL_ALB_ADAPTER_OPTIONS (JSON), LOCAL_ALB_SKIP (packages, files or folders whose servers are left alone),
LOCAL_ALB_SUMMARY (stderr, none, or a file for JSON).
`
