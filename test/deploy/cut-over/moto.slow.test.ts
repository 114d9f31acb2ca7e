import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { buildDeploy } from '../../../scripts/build.mjs'
import { within } from '../../helpers/deadline.js'
import { createFolder } from '../../helpers/folder.js'

vi.setConfig({ testTimeout: 120_000 })
beforeAll(buildDeploy, 120_000)

const BIN = fileURLToPath(
  new URL('../../../packages/deploy/bin/express-alb-cutover.js', import.meta.url),
)
const SETUP = fileURLToPath(new URL('./moto_account.py', import.meta.url))

const env = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
}

/** Whether a program that need not be there is there; prints that its judgement is missing where it is not. */
function isInstalled(judge: string, command: string, args: readonly string[]): boolean {
  const isThere = spawnSync(command, args, { stdio: 'ignore' }).status === 0
  if (!isThere) console.log(`Skipped: ${judge} is not installed, so it judges nothing here`)
  return isThere
}

const hasMoto = isInstalled("moto's server", 'python3', ['-c', 'import moto.server, boto3'])
const hasCli = isInstalled('the AWS CLI', 'aws', ['--version'])

interface MotoAccount {
  readonly listener: string
  readonly rule: string
}

/** moto as a server on a port of its choice, for the duration of the test. */
async function startMoto(): Promise<string> {
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    env: { ...env, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exit = once(child, 'close')
  onTestFinished(async () => {
    child.kill()
    await exit
  })
  let written = ''
  const url = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      written += text
      const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(written) ?? []
      if (address !== undefined) resolve(address)
    })
  })
  return await within(60_000, 'address of moto', url)
}

/** Runs a program to its end, with what it wrote. */
async function output(
  command: string,
  args: readonly string[],
  folder: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, text }
}

describe.skipIf(!hasMoto)('against moto', () => {
  async function setUp(): Promise<{
    readonly account: MotoAccount
    readonly python: (...args: readonly string[]) => Promise<string>
    readonly cutOver: (...args: readonly string[]) => ReturnType<typeof output>
    readonly shell: (command: string) => ReturnType<typeof output>
  }> {
    const url = await startMoto()
    const folder = createFolder()
    const python = async (...args: readonly string[]): Promise<string> => {
      const { code, text } = await output('python3', [SETUP, url, ...args], folder)
      if (code !== 0) throw new Error(text)
      return text.trim()
    }
    return {
      account: JSON.parse(await python('create')) as MotoAccount,
      python,
      cutOver: (...args) =>
        output(
          process.execPath,
          [BIN, ...args, '--endpoint-url', url, '--call-timeout', '1m'],
          folder,
        ),
      shell: (command) => output('sh', ['-c', command], folder),
    }
  }

  const watch = '--watch 1s --metric-delay 0 --interval 500ms --yes'.split(' ')

  it('shifts by steps, keeps the stickiness, and rolls back', async () => {
    const { account, python, cutOver } = await setUp()
    await python('requests', '200', '0')
    const name = ['--rule', account.rule]
    const shifted = await cutOver(
      'shift',
      ...name,
      '--steps',
      '1,25',
      '--alarm-prefix',
      'shop-',
      ...watch,
    )
    expect(shifted.code, shifted.text).toBe(0)
    const shared = { weights: [75, 25], stickiness: { Enabled: true, DurationSeconds: 600 } }
    expect(JSON.parse(await python('weights', account.rule))).toEqual(shared)
    const status = await cutOver('status', ...name)
    expect(status.text).toMatch(/function +shop +lambda +25 +25 %.* [246]00 +0 +0 %/)

    const back = await cutOver('rollback', ...name, '--yes')
    expect(back.code, back.text).toBe(0)
    expect(JSON.parse(await python('weights', account.rule))).toEqual({
      ...shared,
      weights: [100, 0],
    })
  })

  it('rolls back for an alarm, and for errors that CloudWatch counts', async () => {
    const { account, python, cutOver } = await setUp()
    await python('requests', '200', '9')
    const shift = ['shift', '--rule', account.rule, '--to', '10', ...watch]
    const failed = await cutOver(...shift)
    expect(failed.text).toMatch(/\b(9 of 200|18 of 400|27 of 600) requests failed/)
    expect(failed.code).toBe(3)

    const running = cutOver(
      ...shift,
      '--max-error-rate',
      '50%',
      '--alarm',
      'shop-errors',
      '--watch',
      '1h',
    )
    await vi.waitFor(async () => {
      expect(JSON.parse(await python('weights', account.rule))).toMatchObject({ weights: [90, 10] })
    }, 60_000)
    await python('alarm')
    const alarmed = await running
    expect(alarmed.text).toContain('the alarm shop-errors fires')
    expect(alarmed.code).toBe(3)
    expect(JSON.parse(await python('weights', account.rule))).toMatchObject({ weights: [100, 0] })
  })

  it("shifts the listener's default rule", async () => {
    const { account, python, cutOver } = await setUp()
    await python('requests', '200', '0')
    const name = ['--listener', account.listener, '--priority', 'default']
    const { code, text } = await cutOver('shift', ...name, '--to', '10', ...watch)
    expect(code, text).toBe(0)
    expect(JSON.parse(await python('weights', account.listener))).toMatchObject({
      weights: [90, 10],
    })
    expect(JSON.parse(await python('weights', account.rule))).toMatchObject({ weights: [100, 0] })
  })

  it.skipIf(!hasCli)('prints calls that the AWS CLI makes', async () => {
    const { account, python, cutOver, shell } = await setUp()
    for (const [name, arn] of [
      [['--rule', account.rule], account.rule],
      [['--listener', account.listener, '--priority', 'default'], account.listener],
    ] as const) {
      const { text } = await cutOver('shift', ...name, '--to', '2.5')
      const [call = ''] = /aws elbv2 modify-.*/.exec(text) ?? []
      const { code, text: answer } = await shell(call)
      expect(code, answer).toBe(0)
      expect(JSON.parse(await python('weights', arn))).toMatchObject({ weights: [975, 25] })
    }
  })
})
