import { onTestFinished } from 'vitest'
import type { Clock } from '../../../packages/deploy/src/clock.js'
import type { Event } from '../../../packages/deploy/src/report/event.js'
import { run } from '../../../packages/deploy/src/run.js'
import { createFolder } from '../../helpers/folder.js'
import { type Account, RULE, ruleOf, weightsOf } from './account.js'
import { type FakeAws, startAws } from './fake-aws.js'

// Credentials for the SDK's signatures, which nobody checks; and nothing of the machine's own.
process.env['AWS_ACCESS_KEY_ID'] = 'test'
process.env['AWS_SECRET_ACCESS_KEY'] = 'test'
process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
process.env['AWS_CONFIG_FILE'] = '/nowhere/config'
process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nowhere/credentials'

/** Time that passes only while somebody sleeps. */
export interface TestClock extends Clock {
  /** Runs in the middle of each sleep. */
  onSleep: (sleeps: number) => void
}

export function createClock(): TestClock {
  let now = Math.floor(Date.now() / 60_000) * 60_000
  let sleeps = 0
  const clock: TestClock = {
    onSleep: () => undefined,
    now: () => now,
    sleep: async (ms, signal) => {
      await new Promise(setImmediate)
      if (signal?.aborted === true) return
      clock.onSleep(sleeps++)
      now += ms
    },
  }
  return clock
}

export interface Ran {
  readonly code: number
  readonly lines: readonly string[]
  readonly errors: readonly string[]
  /** With `--json`. */
  readonly events: readonly Event[]
}

export interface Stage {
  readonly aws: FakeAws
  readonly clock: TestClock
  readonly folder: string
  /** Ends the run as Ctrl-C does. */
  interrupt: () => void
  /** Runs one command line; rule and endpoint are given unless it names another. */
  readonly run: (...args: readonly string[]) => Promise<Ran>
  /** The rule's weights, as `existing/function`. */
  readonly weights: () => string
}

/** An AWS account, a folder for the state file and a clock, for the duration of the test. */
export async function setUp(account?: Account): Promise<Stage> {
  const aws = await startAws(account)
  onTestFinished(() => aws.close())
  return createStage(aws, createFolder())
}

export function createStage(aws: FakeAws, folder: string): Stage {
  const clock = createClock()
  aws.now = clock.now
  const stage: Stage = {
    aws,
    clock,
    folder,
    interrupt: () => undefined,
    weights: () => weightsOf(ruleOf(aws.account).Actions),
    run: async (...args) => {
      const stop = new AbortController()
      stage.interrupt = () => {
        stop.abort('SIGINT')
      }
      const lines: string[] = []
      const errors: string[] = []
      const isNamed = args.includes('--rule') || args.includes('--listener')
      const common = [...(isNamed ? [] : ['--rule', RULE]), '--endpoint-url', aws.url]
      const code = await run([...args, ...common], {
        line: (text) => void lines.push(text),
        error: (text) => void errors.push(text),
        live: undefined,
        color: false,
        clock,
        stop: stop.signal,
        position: {
          weights: undefined,
          pending: undefined,
          hasWritten: false,
          rollbackCommand: '',
        },
        folder,
      })
      const events = args.includes('--json') ? lines.map((line) => JSON.parse(line) as Event) : []
      return { code, lines, errors, events }
    },
  }
  return stage
}
