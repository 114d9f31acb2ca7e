import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { buildDeploy } from '../../../scripts/build.mjs'
import { RULE } from './account.js'
import { killAndGoOn, setUp, SHIFT, start } from './process.js'

vi.setConfig({ testTimeout: 120_000 })
// The command is run as it is built; it is built anew when its sources have changed.
beforeAll(buildDeploy, 120_000)

describe('a process that is killed', () => {
  it('leaves the weights that were asked for or those of before, and is gone on with', async () => {
    await killAndGoOn((_actions, write) => [write, write + 1])
  })

  it('while it held the lock keeps nobody from rolling back', async () => {
    const { aws, folder } = await setUp()
    const running = start(aws, folder, ...SHIFT)
    aws.onEffect = ({ action }) => {
      if (action === 'ModifyRule') running.child.kill('SIGKILL')
    }
    await running.ended
    expect(existsSync(join(folder, 'cutover-9683b2d02a6cabee.json.lock'))).toBe(true)
    aws.onEffect = () => undefined
    const { code, output } = await start(aws, folder, 'rollback', '--yes').ended
    expect(code, output).toBe(0)
    expect(aws.writes).toEqual(['90/10', '100/0'])
  })
})

describe('Ctrl-C', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 130],
  ] as const)(
    'as %s while a call is under way lets it end, and tells how to go on and back',
    async (signal, expected) => {
      const { aws, folder } = await setUp()
      const running = start(aws, folder, ...SHIFT)
      aws.onCall = ({ action }) => {
        if (action === 'ModifyRule') running.child.kill(signal)
      }
      const { code, output } = await running.ended
      expect(code).toBe(expected)
      expect(aws.writes).toEqual(['90/10'])
      expect(output).toContain(
        'Stopped. The rule has existing 90, function 10 (10 %) and is not watched any more.',
      )
      const [, command = ''] = /Roll back: express-alb-cutover (.*)/.exec(output) ?? []
      aws.onCall = () => undefined
      expect(command).toContain(`--rule ${RULE}`)
      const back = await start(aws, folder, 'rollback', '--yes').ended
      expect(back.code, back.output).toBe(0)
      expect(aws.writes).toEqual(['90/10', '100/0'])
    },
  )

  it('a second time ends it at once, and tells that the call may or may not have worked', async () => {
    const { aws, folder } = await setUp()
    const running = start(aws, folder, ...SHIFT)
    let presses = 0
    aws.onCall = ({ action }) => {
      if (action !== 'ModifyRule') return undefined
      running.child.stderr?.on('data', (text: string) => {
        if (text.includes('Stopping') && presses++ === 0) running.child.kill('SIGINT')
      })
      running.child.kill('SIGINT')
      return { kind: 'hang' }
    }
    const { code, output } = await running.ended
    expect(code).toBe(130)
    expect(output).toContain(
      'A call was under way: the rule has existing 90, function 10 (10 %) or still existing 100, function 0 (0 %).',
    )
    aws.onCall = () => undefined
    expect((await start(aws, folder, ...SHIFT).ended).code).toBe(0)
    expect(aws.writes).toEqual(['90/10'])
  })
})

describe('two runs', () => {
  it('do not shift the same rule at a time', async () => {
    const { aws, folder } = await setUp()
    const first = start(aws, folder, ...SHIFT, '--watch', '1h')
    await vi.waitFor(() => {
      const state = JSON.parse(
        readFileSync(join(folder, 'cutover-9683b2d02a6cabee.json'), 'utf8'),
      ) as object
      expect(state).toMatchObject({ status: 'watching' })
    }, 30_000)
    const second = await start(aws, folder, ...SHIFT, '--to', '50').ended
    expect(second.code).toBe(4)
    expect(second.output).toContain(`Process ${first.child.pid ?? 0} is at work on this rule`)

    const back = await start(aws, folder, 'rollback', '--yes').ended
    expect(back.code, back.output).toBe(0)
    const { code, output } = await first.ended
    expect(code).toBe(6)
    expect(output).toMatch(/has taken over|changed by somebody else/)
    expect(aws.writes).toEqual(['90/10', '100/0'])
  })
})

describe('output that nobody reads any more', () => {
  it('does not end the watch', async () => {
    const { aws, folder } = await setUp()
    const running = start(aws, folder, ...SHIFT)
    running.child.stdout?.destroy()
    expect((await running.ended).code).toBe(0)
    expect(aws.writes).toEqual(['90/10'])
  })
})
