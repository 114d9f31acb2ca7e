import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { createFolder } from '../../helpers/folder.js'
import { createAccount, RULE, ruleOf, weightsOf } from './account.js'
import { type FakeAws, startAws } from './fake-aws.js'

const BIN = fileURLToPath(
  new URL('../../../packages/deploy/bin/express-alb-cutover.js', import.meta.url),
)

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Runs the command as it is built, as a user would. */
export function start(aws: FakeAws, folder: string, ...args: readonly string[]): Running {
  const words = [BIN, ...args, '--rule', RULE, '--endpoint-url', aws.url]
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    output,
  }))
  return { child, ended }
}

export async function setUp(): Promise<{ readonly aws: FakeAws; readonly folder: string }> {
  const aws = await startAws(createAccount())
  onTestFinished(() => aws.close())
  return { aws, folder: createFolder() }
}

export const SHIFT = 'shift --to 10 --watch 200ms --metric-delay 0 --interval 100ms --yes'.split(
  ' ',
)

/**
 * Kills a shift at some of its calls, before and after their effect, and runs it again.
 *
 * @param choose which calls, by their numbers
 */
export async function killAndGoOn(
  choose: (actions: readonly string[], write: number) => readonly number[],
): Promise<void> {
  const rehearsal = await setUp()
  expect((await start(rehearsal.aws, rehearsal.folder, ...SHIFT).ended).code).toBe(0)
  const actions = rehearsal.aws.calls.map(({ action }) => action)
  const write = actions.indexOf('ModifyRule')
  expect(write).toBeGreaterThan(0)
  const moments = choose(actions, write).flatMap((index) =>
    ['onCall', 'onEffect'].map((when) => [index, when] as const),
  )
  const lane = async (): Promise<void> => {
    for (let moment = moments.shift(); moment !== undefined; moment = moments.shift()) {
      const [index, when] = moment
      const where = `${when} ${index} ${actions[index] ?? ''}`
      const { aws, folder } = await setUp()
      const running = start(aws, folder, ...SHIFT)
      aws[when as 'onCall' | 'onEffect'] = (call) => {
        if (call.index === index) running.child.kill('SIGKILL')
      }
      const { signal } = await running.ended
      // The looks of a loaded machine may be fewer than those of the rehearsal.
      if (aws.calls.length > index) expect(signal, where).toBe('SIGKILL')
      expect(['100/0', '90/10'], where).toContain(weightsOf(ruleOf(aws.account).Actions))

      const again = await start(aws, folder, ...SHIFT).ended
      expect(again.code, `${where}: ${again.output}`).toBe(0)
      expect(aws.writes, where).toEqual(['90/10'])
    }
  }
  await Promise.all([lane(), lane(), lane()])
}
